import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { renderAt } from "../testing/render";
import { NoNodes } from "./no-nodes";

function show(counts: { total: number; healthy: number } | undefined): void {
  const load = () => Promise.resolve({ default: () => <NoNodes counts={counts} /> });
  renderAt("/x", [{ name: "pods", pages: [{ path: "/x", load }] }], {});
}

it("says that nothing runs without a node, and where to join one", async () => {
  show({ total: 0, healthy: 0 });
  expect(await screen.findByText("Nothing can run yet: there is no node")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Join a node" })).toHaveAttribute("href", "/console/nodes");
});

it("says when there are nodes and none is ready", async () => {
  show({ total: 3, healthy: 0 });
  expect(await screen.findByText("None of the 3 nodes is ready")).toBeInTheDocument();
});

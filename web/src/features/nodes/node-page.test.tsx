import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { TENANT } from "../../testing/accounts";
import { renderAt, status } from "../../testing/render";
import { feature } from "./feature";
import { durationText } from "./node-cards";

const HOSTILE = "<img src=x onerror=alert(1)>";
const NOTHING = { items: [], total: 0, staleSince: null };
const ROW = {
  ...{ name: "edge-1", uid: "u-1", ip: "10.0.0.1", nodePool: "pool-a", role: "edge", status: "NotReady" },
  ...{ configuration: "4 CPU, 8 GiB", containerGroup: "", createTime: "2024-03-01T08:00:00Z", namespace: "", pods: 1 },
  ...{ reason: HOSTILE, autonomy: "7200s" },
  nodeInfo: { kubeletVersion: "v1.20.2", operatingSystem: "linux", architecture: "arm64", osImage: "Debian", kernelVersion: "6.1" },
  details: {
    cpu: { allocatable: 4000, requests: 1000, limits: 2000, usage: 500 },
    memory: { allocatable: 2 ** 33, requests: 2 ** 32, limits: 0 },
    ...{ labels: "a=b", taints: [{ key: "dedicated", value: "edge", effect: "NoSchedule" }], conditions: [] },
    addresses: ["InternalIP=10.0.0.1", "Hostname=edge-1"],
  },
};
const OBJECT = {
  metadata: { name: "edge-1", labels: { note: "x" }, annotations: { note: HOSTILE } },
  status: {
    conditions: [{ type: "DiskPressure", status: "True", reason: "Full", message: HOSTILE }],
    images: [{ names: ["nginx@sha256:0", "nginx:1.25"], sizeBytes: 1024 }],
  },
};
const ANSWERS = {
  "/nodes": { allNodes: [ROW], joins: [], total: 1, createTime: "", staleSince: null },
  "/objects/nodes/edge-1": OBJECT,
  "/pods": NOTHING,
  "/clusterEvents": NOTHING,
};

it("tells all of a node, and shows as text whatever it is given", async () => {
  const { requests } = renderAt("/nodes/edge-1", [feature], ANSWERS);
  expect(await screen.findByText("its pods stay for 2 hours while it is offline")).toBeVisible();
  expect(screen.getByText("10.0.0.1 (InternalIP), edge-1 (Hostname)")).toBeVisible();
  expect(within(await screen.findByRole("table", { name: "Taints" })).getByText("dedicated")).toBeVisible();
  const images = await screen.findByRole("table", { name: "Images (1)" });
  expect(within(images).getByText("nginx:1.25")).toBeVisible();
  expect(within(images).getByText("1 KiB")).toBeVisible();
  expect(await screen.findByText("DiskPressure")).toBeVisible();
  expect((await screen.findAllByText(HOSTILE)).length).toBeGreaterThan(1);
  expect(document.querySelector("main img")).toBeNull();
  expect(requests).toContain("GET /pods?node=edge-1&limit=25");
});

it("offers the way out of the cluster to whose node it is", async () => {
  const account = { ...TENANT, nodeLeaveScript: "#!/bin/sh\n" };
  renderAt("/nodes/edge-1", [feature], { ...ANSWERS, "/session": account });
  expect(await screen.findByRole("heading", { name: "Take the machine out" })).toBeVisible();
});

it("says so when there is no such node", async () => {
  renderAt("/nodes/gone", [feature], {
    ...ANSWERS,
    "/nodes": { ...ANSWERS["/nodes"], allNodes: [], total: 0 },
    "/objects/nodes/gone": status(404, "NotFound", "none of your nodes has this name"),
  });
  expect(await screen.findByText("none of your nodes has this name")).toBeVisible();
});

it("writes durations in the largest unit that fits", () => {
  expect([259_200, 5400, 45].map((seconds) => durationText(seconds, "en"))).toEqual(["3 days", "90 minutes", "45 seconds"]);
});

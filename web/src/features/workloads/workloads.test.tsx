import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { TENANT } from "../../testing/accounts";
import { renderAt } from "../../testing/render";
import { feature } from "./feature";

const NAMESPACE = TENANT.name;
const ROW = {
  name: "web",
  namespace: NAMESPACE,
  uid: "1",
  labels: "",
  state: "Ready",
  reason: "",
  wanted: 2,
  updated: 2,
  available: 2,
  status: { replicas: 2, readyReplicas: 2 },
  images: [{ image: "nginx" }],
  ownerKind: "",
  ownerName: "",
  createTime: "2024-03-01T08:00:00Z",
};
const OBJECT = {
  metadata: { name: "web", namespace: NAMESPACE },
  spec: { selector: { matchLabels: { app: "web" } }, template: { metadata: { labels: { app: "web" } } } },
};
const list = (...items: object[]) => ({ items, total: items.length, staleSince: null });
const answers = (plural: string) => ({
  [`/${plural}`]: list(ROW),
  "/pods": list(),
  "/clusterEvents": list(),
  "/services": list({ name: "shop", namespace: NAMESPACE, selector: "app=web" }),
  "/clusterOverview": { clusterStatus: [{ kind: "nodes", totalNum: 1, healthyNum: 1 }], staleSince: null },
  [`/objects/${plural}/${NAMESPACE}/web`]: OBJECT,
});

/** How the pods of each kind are found, and whether it counts available ones. */
const CASES = [
  ["deployments", "labels=app%3Dweb", true],
  ["statefulsets", "owner=StatefulSet%2Fweb", false],
  ["daemonsets", "owner=DaemonSet%2Fweb", true],
] as const;

describe.each(CASES)("%s", (plural, pods, counts) => {
  it("have a list", async () => {
    renderAt(`/${plural}`, feature, answers(plural));
    expect(await screen.findByRole("link", { name: "web" })).toHaveAttribute("href", `/console/${plural}/${NAMESPACE}/web`);
    expect(screen.queryAllByRole("columnheader", { name: "Available" })).toHaveLength(counts ? 1 : 0);
  });

  it("have a page with their pods and services", async () => {
    const { requests } = renderAt(`/${plural}/${NAMESPACE}/web`, feature, answers(plural));
    expect(await screen.findByText("2 ready of 2 wanted")).toBeInTheDocument();
    expect(await screen.findByRole("link", { name: "shop" })).toBeInTheDocument();
    expect(await screen.findByText("No pods belong to it.")).toBeInTheDocument();
    expect(requests.filter((one) => one.startsWith("GET /pods?"))).toEqual([`GET /pods?namespace=${NAMESPACE}&${pods}&limit=25`]);
    expect(screen.queryAllByText("Available")).toHaveLength(counts ? 1 : 0);
  });
});

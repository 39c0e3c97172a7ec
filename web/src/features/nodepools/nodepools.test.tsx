import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { ADMIN } from "../../testing/accounts";
import { renderAt, status } from "../../testing/render";
import { feature } from "./feature";

const NAMESPACE = "user-aaaaaaaaaaaaaaaaaaaa";
const HOSTILE = "<img src=x onerror=alert(1)>";
const POOL = {
  ...{ name: "hangzhou", uid: "p-1", namespace: NAMESPACE, type: "Edge", status: "Degraded", os: "linux" },
  ...{ labels: "", createTime: "2024-03-01T08:00:00Z", hostNetwork: false, nodes: ["edge-1", "edge-2"] },
  nodeStatus: { totalNum: 2, healthyNum: 1 },
  taints: [{ key: "site", value: "hangzhou", effect: "NoSchedule" }],
};
const NODE = {
  ...{ name: "edge-2", uid: "n-2", ip: "10.0.0.2", nodePool: "hangzhou", role: "edge", status: "Offline", reason: HOSTILE },
  ...{ configuration: "4 CPU, 8 GiB", containerGroup: "", createTime: "2024-03-01T08:00:00Z", namespace: NAMESPACE, pods: 3 },
  nodeInfo: { kubeletVersion: "v1.20.2", operatingSystem: "linux", architecture: "arm64" },
};
const DEPLOYMENT = {
  ...{ name: "web", uid: "d-1", namespace: NAMESPACE, labels: "app=web", state: "Ready", reason: "", createTime: POOL.createTime },
  ...{ wanted: 2, updated: 2, available: 2, status: { replicas: 2, readyReplicas: 2 }, image: [{ image: "nginx:1.25" }] },
  ...{ ownerKind: "", ownerName: "" },
};
const list = (...items: object[]) => ({ items, total: items.length, staleSince: null });
const nodes = (...allNodes: object[]) => ({ allNodes, joins: [], total: allNodes.length, createTime: "", staleSince: null });
const FORBIDDEN = status(403, "Forbidden", 'you may not list nodepools in the API group "apps.openyurt.io"');
const AWAY = status(503, "ServiceUnavailable", "the Kubernetes API server cannot be reached; try again");

describe("the list of pools", () => {
  it("tells how many nodes of each are ready, and leads to them", async () => {
    renderAt("/nodepools", [feature], { "/nodepools": list(POOL) });
    const row = within((await screen.findByRole("link", { name: "hangzhou" })).closest("tr") as HTMLElement);
    expect(row.getByText("Degraded")).toBeInTheDocument();
    const share = row.getByRole("link", { name: "1/2 nodes of hangzhou" });
    expect(share).toHaveAttribute("href", "/console/nodes?nodePool=hangzhou");
    expect(screen.queryByRole("columnheader", { name: /Tenant/ })).toBeNull();
  });

  it("tells administrators whose each is, and asks for the status in its address", async () => {
    const { requests } = renderAt("/nodepools?status=Degraded", [feature], { "/session": ADMIN, "/nodepools": list(POOL) });
    expect(await screen.findByRole("cell", { name: NAMESPACE })).toBeInTheDocument();
    expect(requests).toContain("GET /nodepools?status=Degraded&offset=0&limit=50");
  });

  it("says where a pool comes from when there is none", async () => {
    renderAt("/nodepools", [feature], { "/nodepools": list() });
    expect(await screen.findByText("No node pool")).toBeInTheDocument();
    expect(screen.getByText(/made together with your account/)).toBeInTheDocument();
  });

  it("says what is wrong, and tries again on request", async () => {
    let away = true;
    renderAt("/nodepools", [feature], { "/nodepools": () => (away ? AWAY : list(POOL)) });
    expect(await screen.findByText("the Kubernetes API server cannot be reached; try again")).toBeInTheDocument();
    away = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("link", { name: "hangzhou" })).toBeInTheDocument();
  });

  it("names the right that is missing, and offers no vain retry", async () => {
    renderAt("/nodepools", [feature], { "/nodepools": FORBIDDEN });
    expect(await screen.findByText(/you may not list nodepools/)).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  });
});

describe("the page of a pool", () => {
  const ANSWERS = {
    "/nodepools": list(POOL),
    "/objects/nodepools/hangzhou": { metadata: { name: "hangzhou", annotations: { note: HOSTILE } } },
    "/nodes": nodes(NODE),
    "/clusterEvents": list(),
    "/deployments": list(DEPLOYMENT),
    "/statefulsets": list(),
    "/daemonsets": list(),
  };

  it("tells of its nodes, those in trouble first, and of what its tenant runs", async () => {
    const { requests } = renderAt("/nodepools/hangzhou", [feature], ANSWERS);
    expect(await screen.findByText("1 of 2 ready")).toBeInTheDocument();
    expect(screen.getByText("site=hangzhou:NoSchedule")).toBeInTheDocument();
    const machines = within(await screen.findByRole("table", { name: "Nodes" }));
    expect(machines.getByRole("link", { name: "edge-2" })).toHaveAttribute("href", "/console/nodes/edge-2");
    expect(machines.getByText(HOSTILE)).toBeInTheDocument();
    expect(await screen.findByRole("link", { name: "web" })).toHaveAttribute("href", `/console/deployments/${NAMESPACE}/web`);
    await waitFor(() => expect(screen.queryByRole("heading", { name: /Stateful sets/ })).toBeNull());
    expect(requests.filter((one) => one.startsWith("GET /nodes?"))).toEqual(["GET /nodes?nodePool=hangzhou&sort=status&limit=25"]);
    expect(document.querySelector("main img")).toBeNull();
  });

  it("says that a pool has no node, and of a shared one nothing about workloads", async () => {
    const shared = { ...POOL, namespace: "", status: "Empty", nodes: [], nodeStatus: { totalNum: 0, healthyNum: 0 } };
    const { requests } = renderAt("/nodepools/hangzhou", [feature], { ...ANSWERS, "/nodepools": list(shared), "/nodes": nodes() });
    expect(await screen.findByText("No node is in this pool.")).toBeInTheDocument();
    expect(requests.filter((one) => one.startsWith("GET /deployments"))).toEqual([]);
  });

  it("shows what the console knows while the cluster cannot be asked", async () => {
    renderAt("/nodepools/hangzhou", [feature], { ...ANSWERS, "/objects/nodepools/hangzhou": AWAY });
    expect(await screen.findByText(/what the console knows is shown/)).toBeInTheDocument();
    expect(screen.getByText("1 of 2 ready")).toBeInTheDocument();
  });

  it("names the right that is missing", async () => {
    renderAt("/nodepools/hangzhou", [feature], {
      ...ANSWERS,
      "/nodepools": list(),
      "/objects/nodepools/hangzhou": status(403, "Forbidden", "you may not get nodepools"),
    });
    expect(await screen.findByText("you may not get nodepools")).toBeInTheDocument();
    expect(screen.getByText("You may not see this")).toBeInTheDocument();
  });

  it("says when there is no such pool", async () => {
    renderAt("/nodepools/gone", [feature], {
      ...ANSWERS,
      "/nodepools": list(),
      "/objects/nodepools/gone": status(404, "NotFound", "none of your nodepools has this name"),
    });
    expect(await screen.findByText("none of your nodepools has this name")).toBeInTheDocument();
  });
});

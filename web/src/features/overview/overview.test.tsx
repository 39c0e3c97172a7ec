import { screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import { ADMIN, TENANT } from "../../testing/accounts";
import { renderAt, status } from "../../testing/render";
import { feature } from "./feature";
import { sitesOf } from "./sites";
import { doneSteps, keepBegun } from "./steps";

const KINDS = ["nodes", "nodepools", "pods", "deployments", "statefulsets", "daemonsets", "jobs", "cronjobs"];

/** An overview with these [total, healthy, troubles], zeros elsewhere. */
function overview(counts: Record<string, [number, number, { status: string; num: number }[]?]> = {}) {
  return {
    clusterStatus: KINDS.map((kind) => {
      const [totalNum, healthyNum, troubles = []] = counts[kind] ?? [0, 0];
      return { kind, totalNum, healthyNum, troubles };
    }),
    capacity: {
      cpu: { allocatable: 4000, requests: 1000, limits: 2000, usage: 500 },
      memory: { allocatable: 2 ** 33, requests: 2 ** 32, limits: 2 ** 33, usage: null },
      pods: { allocatable: 110, num: 3 },
      measuredNodes: 1,
    },
    staleSince: null,
  };
}

function node(name: string, pool: string, state = "Ready") {
  return { name, uid: name, nodePool: pool, status: state, reason: "" };
}

const NOTHING = { items: [], total: 0, staleSince: null };
const ANSWERS = { "/clusterEvents": NOTHING, "/nodes": { ...NOTHING, allNodes: [] }, "/nodepools": NOTHING };

beforeEach(() => localStorage.clear());

describe("first steps", () => {
  it("tick themselves as things come to be", () => {
    expect([...doneSteps(overview())]).toEqual([]);
    expect([...doneSteps(overview({ nodes: [1, 0] }))]).toEqual(["join"]);
    expect([...doneSteps(overview({ deployments: [1, 0] }))]).toEqual(["deploy"]);
    expect([...doneSteps(overview({ nodes: [1, 1], pods: [1, 0] }))]).toEqual(["join", "deploy"]);
    expect(doneSteps(overview({ nodes: [1, 1], pods: [1, 1] })).size).toBe(3);
  });

  it("stand instead of zeros, and lead to joining", async () => {
    renderAt("/overview", [feature], { ...ANSWERS, "/clusterOverview": overview({ nodepools: [1, 0] }) });
    expect(await screen.findByRole("heading", { name: "First steps" })).toBeVisible();
    expect(screen.getByRole("link", { name: "Join a node" })).toHaveAttribute("href", "/console/nodes?join=true");
    expect(screen.queryByText("Latest warnings")).toBeNull();
  });

  it("do not come back to who has taken them when the only pod goes", async () => {
    keepBegun(TENANT.name);
    renderAt("/overview", [feature], { ...ANSWERS, "/clusterOverview": overview({ nodes: [1, 1] }) });
    expect(await screen.findByText("Latest warnings")).toBeVisible();
    expect(screen.queryByText("First steps")).toBeNull();
  });

  it("are not for administrators", async () => {
    renderAt("/overview", [feature], { ...ANSWERS, "/session": ADMIN, "/clusterOverview": overview() });
    expect(await screen.findByText("Latest warnings")).toBeVisible();
    expect(screen.queryByText("First steps")).toBeNull();
  });
});

it("says of each kind what is wrong, and leads to just that", async () => {
  const counts = overview({
    nodes: [3, 2, [{ status: "Offline", num: 1 }]],
    pods: [9, 5, [{ status: "CrashLoopBackOff", num: 2 }, { status: "Running", num: 1 }]],
  });
  renderAt("/overview", [feature], { ...ANSWERS, "/session": ADMIN, "/clusterOverview": counts });
  const offline = await screen.findByRole("link", { name: /1\s+Offline/ });
  expect(offline).toHaveAttribute("href", "/console/nodes?status=Offline");
  const crashing = screen.getByRole("link", { name: /2\s+Crashing repeatedly/ });
  expect(crashing).toHaveAttribute("href", "/console/pods?status=CrashLoopBackOff");
  expect(screen.getByRole("link", { name: /1\s+Running, not ready/ })).toBeVisible();
  expect(screen.getByText("1 more")).toBeVisible();
});

it("shows nodes as cells that keys reach, and names the one that has the focus", async () => {
  renderAt("/overview", [feature], {
    ...ANSWERS,
    "/clusterOverview": overview({ nodes: [2, 1], pods: [1, 1] }),
    "/nodes": { ...NOTHING, allNodes: [node("edge-1", "", "Offline"), node("edge-2", "")], total: 2 },
  });
  const site = await screen.findByRole("region", { name: "In no pool" });
  const cell = within(site).getByRole("link", { name: "edge-1: Offline" });
  cell.focus();
  expect(await screen.findByText("edge-1", { selector: "strong" })).toBeVisible();
  expect(within(site).getByText("1 of 2 ready")).toBeVisible();
});

it("says in words why there is nothing, and tries again", async () => {
  renderAt("/overview", [feature], { "/clusterOverview": status(403, "Forbidden", "needs more") });
  expect(await screen.findByText("needs more")).toBeVisible();
});

describe("the map", () => {
  const pool = (name: string, totalNum: number, healthyNum: number) =>
    ({ name, type: "Edge", status: "Ready", nodeStatus: { totalNum, healthyNum } }) as never;

  it("draws only what is in trouble where there is too much, counts the rest, and puts pools in trouble first", () => {
    const nodes = [node("a", "big", "Offline"), node("b", "small"), node("c", "unlisted")] as never[];
    const sites = sitesOf({ rows: [pool("small", 1, 1), pool("empty", 0, 0), pool("big", 700, 699)], total: 3 }, { rows: nodes, total: 701 });
    expect(sites.map((site) => [site.pool, site.total, site.healthy, site.cells.length])).toEqual([
      ["big", 700, 699, 1],
      ["small", 1, 1, 0],
    ]);
  });

  it("counts nodes of no pool, and of pools that have no row, by themselves", () => {
    const nodes = [node("a", ""), node("b", "gone", "NotReady"), node("c", "")] as never[];
    const sites = sitesOf({ rows: [], total: 0 }, { rows: nodes, total: 3 });
    expect(sites.map((site) => [site.pool, site.total, site.healthy])).toEqual([
      ["gone", 1, 0],
      ["", 2, 2],
    ]);
  });
});

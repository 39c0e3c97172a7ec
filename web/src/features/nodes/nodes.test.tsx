import { screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { ADMIN, TENANT } from "../../testing/accounts";
import { renderAt } from "../../testing/render";
import { feature } from "./feature";
import { readNodesSearch } from "./nodes-search";
import { baseline, machines } from "./progress";

const NOTHING = { items: [], total: 0, staleSince: null };
const NO_NODES = { allNodes: [], joins: [], total: 0, createTime: "", staleSince: null };
const T = (minute: number) => `2024-03-01T08:0${minute}:00Z`;

function nodeRow(name: string, status: string, createTime = T(5)) {
  return { uid: `uid-${name}`, name, status, reason: "", createTime };
}

function join(name: string, state: string, message = "", time = T(4)) {
  return { name, state, reason: "", message, time, namespace: "" };
}

describe("joining", () => {
  const known = baseline([nodeRow("old", "Ready", T(1))], [join("once", "denied", "too many", T(2))]);

  it("shows what comes after the dialog was opened, and nothing from before", () => {
    expect(machines([nodeRow("old", "Ready", T(1))], [join("once", "denied", "too many", T(2))], known)).toEqual([]);
  });

  it("follows a machine from its question until it is ready", () => {
    const progress = (nodes: ReturnType<typeof nodeRow>[], joins: ReturnType<typeof join>[]) =>
      machines(nodes, joins, known).map((machine) => [machine.name, machine.progress]);
    expect(progress([], [join("new", "pending")])).toEqual([["new", "asking"]]);
    expect(progress([], [join("new", "approved")])).toEqual([["new", "approved"]]);
    expect(progress([nodeRow("new", "NotReady")], [join("new", "approved")])).toEqual([["new", "approved"]]);
    expect(progress([nodeRow("new", "NotReady")], [])).toEqual([["new", "reporting"]]);
    expect(progress([nodeRow("new", "Ready,SchedulingDisabled")], [])).toEqual([["new", "ready"]]);
  });

  it("says why a machine is refused, also one that was refused before for the same reason", () => {
    const [machine] = machines([], [join("once", "denied", "too many", T(6))], known);
    expect(machine).toEqual({ name: "once", progress: "denied", why: "too many", time: T(6) });
  });

  it("shows a node that joins again, as an old machine does after a new installation", () => {
    expect(machines([nodeRow("old", "Ready", T(1))], [join("old", "approved")], known)[0]?.progress).toBe("ready");
  });
});

it("reads pool, role and the dialog from the address, and drops what makes no sense", () => {
  expect(readNodesSearch({ nodePool: "hangzhou", role: "edge", join: true })).toEqual({
    nodePool: "hangzhou",
    role: "edge",
    join: true,
  });
  expect(readNodesSearch({ role: "king", join: "yes", nodePool: " " })).toEqual({});
});

it("leads from an empty list to joining, and hides the script until it is asked for", async () => {
  const account = { ...TENANT, spec: { ...TENANT.spec, nodeAddScript: "#!/bin/sh\nTOKEN=hush\n", maxNodeNum: 3 } };
  renderAt("/nodes", [feature], { "/session": account, "/nodes": NO_NODES, "/nodepools": NOTHING });
  expect(await screen.findByText("No node yet")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: /Join a node/ }));
  const dialog = await screen.findByRole("dialog");
  expect(await within(dialog).findByText(/Waiting for a machine/)).toBeInTheDocument();
  expect(within(dialog).queryByText(/hush/)).toBeNull();
  expect(within(dialog).getByText("1 of 3 nodes used.")).toBeInTheDocument();
});

it("warns who has all their nodes already before another is refused", async () => {
  const account = { ...TENANT, spec: { ...TENANT.spec, maxNodeNum: 1 } };
  renderAt("/nodes?join=true", [feature], { "/session": account, "/nodes": NO_NODES, "/nodepools": NOTHING });
  expect(await screen.findByText(/may have 1 node, and has it/)).toBeInTheDocument();
});

it("offers administrators no script: machines join tenants", async () => {
  renderAt("/nodes", [feature], { "/session": ADMIN, "/nodes": NO_NODES, "/nodepools": NOTHING });
  expect(await screen.findByText("No node yet")).toBeVisible();
  expect(screen.queryByRole("button", { name: /Join a node/ })).toBeNull();
});

it("says nothing matches when only a pool was chosen, and takes the filter away", async () => {
  const { at } = renderAt("/nodes?nodePool=gone", [feature], { "/nodes": NO_NODES, "/nodepools": NOTHING });
  await userEvent.click(await screen.findByRole("button", { name: "Clear search and filters" }));
  expect(await screen.findByText("No node yet")).toBeVisible();
  expect(at()).toBe("/console/nodes");
});

it("says since when a node is silent and that its pods are kept", async () => {
  const node = {
    ...{ name: "wind-1", uid: "u", ip: "", nodePool: "", role: "edge", status: "Autonomous", configuration: "", containerGroup: "" },
    ...{ createTime: T(1), namespace: "", pods: 0, reason: "Kubelet stopped posting node status.", autonomy: "unlimited" },
    nodeInfo: { kubeletVersion: "v1.20.2", operatingSystem: "linux", architecture: "arm64" },
    details: {
      ...{ cpu: { allocatable: 1, requests: 0, limits: 0 }, memory: { allocatable: 1, requests: 0, limits: 0 } },
      conditions: [{ type: "Ready", status: "Unknown", since: T(2) }],
    },
  };
  renderAt("/nodes", [feature], { "/nodes": { ...NO_NODES, allNodes: [node], total: 1 }, "/nodepools": NOTHING });
  expect(await screen.findByText("Autonomous")).toBeVisible();
  expect(screen.getByText(/last heard/)).toHaveTextContent(/keeps its pods/);
});

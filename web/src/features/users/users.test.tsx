import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import type { Rows } from "../../api/lists";
import type { User } from "../../api/users";
import { ADMIN, TENANT } from "../../testing/accounts";
import { renderAt, status } from "../../testing/render";
import { feature } from "./feature";

const ROW: Rows["users"] = {
  name: TENANT.name,
  uid: "1",
  email: "<img src=x onerror=alert(1)>@example.com",
  phone: "+8613800138000",
  organization: "Example",
  role: "tenant",
  state: "suspended",
  phase: "suspended",
  next: "",
  nextTime: "",
  message: "by an administrator",
  createTime: "2024-03-01T08:00:00Z",
  effectiveTime: "2024-03-01T08:00:00Z",
  ends: "2024-03-08T08:00:00Z",
  validPeriod: 7,
  maxNodeNum: 10,
  nodeNum: 2,
  namespace: TENANT.name,
};
const USER: User = {
  ...ROW,
  approved: true,
  suspended: true,
  suspensionReason: "unpaid",
  quota: { cpu: "", memory: "", pods: 500 },
  joins: [],
  events: [],
  conditions: [{ type: "Ready", status: "False", reason: "AccountSuspended", message: "stopped", since: "2024-03-02T08:00:00Z" }],
  staleSince: null,
};
const NONE = { items: [], allNodes: [], total: 0, staleSince: null };

describe("the accounts of others", () => {
  it("are listed for administrators, with what people wrote as text", async () => {
    renderAt("/users", [feature], { "/session": ADMIN, "/users": { items: [ROW], total: 1, staleSince: null } });
    expect(await screen.findByRole("link", { name: ROW.email })).toHaveAttribute("href", `/console/users/${ROW.name}`);
    expect(screen.getByText("2 of 10")).toBeInTheDocument();
    expect(screen.getByText("Suspended")).toBeInTheDocument();
  });

  it("are nobody else's to see", async () => {
    const { requests } = renderAt("/users", [feature], {});
    expect(await screen.findByText("You may not see this")).toBeInTheDocument();
    expect(requests.filter((one) => one.includes("/users"))).toEqual([]);
  });

  it("have a page with what the operator says and what they have", async () => {
    renderAt(`/users/${ROW.name}`, [feature], {
      "/session": ADMIN,
      [`/users/${ROW.name}`]: USER,
      "/nodes": NONE,
      "/resourcequotas": NONE,
      "/clusterEvents": NONE,
    });
    expect(await screen.findByRole("heading", { name: ROW.email })).toBeInTheDocument();
    expect(screen.getByText("AccountSuspended: stopped")).toBeInTheDocument();
    expect(screen.getByText(/No machine is on its way in/)).toBeInTheDocument();
    expect(screen.getByText(/Nothing has happened to the account/)).toBeInTheDocument();
    expect(await screen.findByText("No node has joined yet.")).toBeInTheDocument();
    expect(await screen.findByText("The namespace has no quota.")).toBeInTheDocument();
  });

  it("have their machines on their way in, and those that were refused with the reason", async () => {
    const join = { reason: "", message: "", time: "2024-03-02T08:00:00Z", namespace: ROW.name };
    const joins = [
      { ...join, name: "edge-1", state: "pending", message: "Waiting for the operator's answer." },
      { ...join, name: "edge-2", state: "approved" },
      { ...join, name: "edge-3", state: "denied", reason: "TooManyNodes", message: "<b>3</b> of 3 nodes have joined." },
      { ...join, name: "", state: "denied", reason: "BadName", message: "The name is not a node's." },
    ];
    renderAt(`/users/${ROW.name}`, [feature], {
      "/session": ADMIN,
      [`/users/${ROW.name}`]: { ...USER, joins },
      "/nodes": NONE,
      "/resourcequotas": NONE,
      "/clusterEvents": NONE,
    });
    expect(await screen.findByText(/waits for the operator: edge-1/)).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "edge-2" })).toHaveAttribute("href", "/console/nodes/edge-2");
    expect(screen.getByText(/refused: edge-3/)).toBeInTheDocument();
    expect(screen.getByText("TooManyNodes: <b>3</b> of 3 nodes have joined.")).toBeInTheDocument();
    expect(screen.getByText(/refused: a machine without a usable name/)).toBeInTheDocument();
  });

  it("have what happened to them", async () => {
    const event = { uid: "e", type: "Warning", reason: "Repaired", message: "Put right again: quota.", kind: "User", name: ROW.name };
    const rest = { namespace: "", count: 1, firstTime: "", lastTime: "2024-03-02T08:00:00Z", source: "yurt-console" };
    renderAt(`/users/${ROW.name}`, [feature], {
      "/session": ADMIN,
      [`/users/${ROW.name}`]: { ...USER, namespace: "", events: [{ ...event, ...rest }] },
    });
    expect(await screen.findByText("Put right again: quota.")).toBeInTheDocument();
    expect(screen.getByText("Repaired")).toBeInTheDocument();
  });

  it("that are not there are not found", async () => {
    renderAt("/users/user-0", [feature], { "/session": ADMIN, "/users/user-0": status(404, "NotFound", "no account has this name") });
    expect(await screen.findByText("no account has this name")).toBeInTheDocument();
  });
});

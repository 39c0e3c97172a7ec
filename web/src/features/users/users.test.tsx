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
    const { asked } = renderAt("/users", [feature], {});
    expect(await screen.findByText("You may not see this")).toBeInTheDocument();
    expect(asked.filter((one) => one.includes("/users"))).toEqual([]);
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
    expect(await screen.findByText("No node has joined yet.")).toBeInTheDocument();
    expect(await screen.findByText("The namespace has no quota.")).toBeInTheDocument();
  });

  it("that are not there are not found", async () => {
    renderAt("/users/user-0", [feature], { "/session": ADMIN, "/users/user-0": status(404, "NotFound", "there is no such account") });
    expect(await screen.findByText("there is no such account")).toBeInTheDocument();
  });
});

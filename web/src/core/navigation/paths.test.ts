import { expect, it } from "vitest";

import { clusterObjectPath, listPath, objectPath, objectPattern } from "./paths";
import { safeReturn } from "./return-path";

it("leads to pages by kind and by plural", () => {
  expect(objectPath("Pod", "web-1", "team")).toBe("/pods/team/web-1");
  expect(objectPath("nodes", "edge-1")).toBe("/nodes/edge-1");
});

it("leads nowhere for kinds without a page, and without a namespace where one is needed", () => {
  expect(objectPath("Secret", "s", "team")).toBeUndefined();
  expect(objectPath("Pod", "web-1")).toBeUndefined();
  expect(objectPath("Node", "")).toBeUndefined();
});

it("leads to accounts by their plural only: tenants see events of Users, and have no page of them", () => {
  expect(objectPath("users", "user-a")).toBe("/users/user-a");
  expect(objectPath("User", "user-a")).toBeUndefined();
});

it("has patterns and lists that fit", () => {
  expect([listPath("pods"), objectPattern("pods"), objectPattern("nodes")]).toEqual(["/pods", "/pods/$namespace/$name", "/nodes/$name"]);
  expect(clusterObjectPath("nodes", "a/b")).toBe("/nodes/a%2Fb");
});

it("lets no name leave its place", () => {
  expect(objectPath("Pod", "../../login", "a/b")).toBe("/pods/a%2Fb/..%2F..%2Flogin");
});

it.each([
  [undefined, "/"],
  ["/nodes?q=a", "/nodes?q=a"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example", "/"],
  ["javascript:alert(1)", "/"],
  ["/login?return=/login", "/"],
])("returns from logging in only to our own pages: %s", (path, to) => {
  expect(safeReturn(path)).toBe(to);
});

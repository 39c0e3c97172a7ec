import { expect, it } from "vitest";

import { addressOf } from "./addresses";
import { safeReturn } from "../core/return-path";

it("leads to pages by kind and by plural", () => {
  expect(addressOf("Pod", "web-1", "team")).toBe("/pods/team/web-1");
  expect(addressOf("nodes", "edge-1")).toBe("/nodes/edge-1");
});

it("leads nowhere for kinds without a page, and without a namespace where one is needed", () => {
  expect(addressOf("Secret", "s", "team")).toBeUndefined();
  expect(addressOf("Pod", "web-1")).toBeUndefined();
  expect(addressOf("Node", "")).toBeUndefined();
});

it("lets no name leave its place", () => {
  expect(addressOf("Pod", "../../login", "a/b")).toBe("/pods/a%2Fb/..%2F..%2Flogin");
});

it.each([
  [undefined, "/"],
  ["/nodes?q=a", "/nodes?q=a"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example", "/"],
  ["javascript:alert(1)", "/"],
])("returns from logging in only to our own pages: %s", (path, to) => {
  expect(safeReturn(path)).toBe(to);
});

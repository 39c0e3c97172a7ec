import { describe, expect, it } from "vitest";

import { allows } from "./permissions";
import type { Permission } from "./permissions";

const RULE: Permission = { group: "apps", resource: "deployments", verbs: ["get", "update"] };

describe("permissions", () => {
  it.each([
    ["get", "deployments", "apps", true],
    ["delete", "deployments", "apps", false],
    ["get", "deployments/scale", "apps", false],
    ["get", "deployments", "", false],
  ] as const)("%s %s in %j: %s", (verb, resource, group, allowed) => {
    expect(allows([RULE], verb, resource, group)).toBe(allowed);
  });

  it("know RBAC's wildcard in each place", () => {
    for (const wide of [{ group: "*" }, { resource: "*" }, { verbs: ["*"] }]) {
      expect(allows([{ ...RULE, ...wide }], "get", "deployments", "apps")).toBe(true);
      expect(allows([{ ...RULE, ...wide }], "delete", "pods", "")).toBe(false);
    }
  });

  it("allow nothing when there are none", () => {
    expect(allows([], "get", "pods", "")).toBe(false);
  });
});

import { describe, expect, it } from "vitest";

import { ADMIN, TENANT } from "../../testing/accounts";
import { canOf } from "./use-can";

describe("what an account may do", () => {
  it("is decided by its role where the session has no permissions", () => {
    expect(canOf(ADMIN)("update", "users")).toBe(true);
    expect(canOf(TENANT)("update", "users")).toBe(false);
    expect(canOf(undefined)("update", "users")).toBe(false);
  });

  it("is decided by the session's permissions, in the group of the kind", () => {
    const tenant = { ...TENANT, permissions: [{ group: "apps", resource: "deployments/scale", verbs: ["update"] }] };
    expect(canOf(tenant)("update", "deployments/scale")).toBe(true);
    expect(canOf(tenant)("update", "deployments")).toBe(false);
    expect(canOf({ ...ADMIN, permissions: [] })("update", "users")).toBe(false);
  });
});

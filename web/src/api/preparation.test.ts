import { describe, expect, it } from "vitest";

import { TENANT } from "../testing/accounts";
import { preparation } from "./preparation";
import type { Account } from "./session/queries";

const BEFORE: Account = {
  ...TENANT,
  state: "preparing",
  spec: { ...TENANT.spec, kubeConfig: "", nodeAddScript: "", namespace: "" },
};
const states = (account: Account) => preparation(account).map(({ key, state }) => `${key} ${state}`);

describe("how far an account is", () => {
  it("shows in what it has been given, where the operator says no more", () => {
    expect(states(BEFORE)).toEqual([
      "account done", "namespace busy", "kubeconfig waiting", "script waiting", "ready waiting",
    ]);
    expect(states({ ...BEFORE, spec: { ...TENANT.spec, nodeAddScript: "" } })).toEqual([
      "account done", "namespace done", "kubeconfig done", "script busy", "ready waiting",
    ]);
  });

  it("follows the operator's own conditions, with its words for the step under way", () => {
    const conditions = [
      { type: "NamespaceReady", status: "True", reason: "Made", message: "made" },
      { type: "PoolReady", status: "False", reason: "Waiting", message: "the pool is being made" },
      { type: "Ready", status: "False", reason: "Preparing", message: "" },
    ];
    const steps = preparation({ ...BEFORE, conditions });
    expect(steps.map(({ key, state }) => `${key} ${state}`)).toEqual(["NamespaceReady done", "PoolReady busy", "ready waiting"]);
    expect(steps[1]?.message).toBe("the pool is being made");
  });

  it("says which step the operator could not do, and why", () => {
    const conditions = [
      { type: "NamespaceReady", status: "False", reason: "Failed", message: "the quota was refused" },
      { type: "JoinReady", status: "False", reason: "Preparing", message: "Not ready yet." },
    ];
    expect(preparation({ ...BEFORE, conditions }).map(({ state }) => state)).toEqual(["failed", "waiting", "waiting"]);
  });

  it("is all done for who is ready", () => {
    expect(new Set(preparation(TENANT).map(({ state }) => state))).toEqual(new Set(["done"]));
  });
});

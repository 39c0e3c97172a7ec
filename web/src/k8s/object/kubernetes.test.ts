import { describe, expect, it } from "vitest";

import { ownerOf, selecting, selectorText, stateOf } from "./kubernetes";

describe("a selector", () => {
  it("is written as the lists take it", () => {
    const matchExpressions = [
      { key: "tier", operator: "In", values: ["web", "api"] },
      { key: "old", operator: "DoesNotExist" },
      { key: "env", operator: "Exists" },
      { key: "zone", operator: "NotIn", values: ["x"] },
    ];
    expect(selectorText({ matchLabels: { app: "web" }, matchExpressions })).toBe(
      "app=web,tier in (web,api),!old,env,zone notin (x)",
    );
    expect(selectorText(undefined)).toBe("");
  });

  it("of a service finds what has all its labels, and nothing when it is empty", () => {
    const services = [{ selector: "app=web" }, { selector: "app=web,tier=front" }, { selector: "" }, { selector: "app=we" }];
    expect(selecting(services, { app: "web", x: "y" })).toEqual([{ selector: "app=web" }]);
    expect(selecting(services, undefined)).toEqual([]);
  });
});

it("an owner is the controller", () => {
  const ownerReferences = [
    { kind: "Team", name: "a" },
    { kind: "ReplicaSet", name: "b", controller: true },
  ];
  expect(ownerOf({ metadata: { name: "x", ownerReferences } })?.name).toBe("b");
  expect(ownerOf({ metadata: { name: "x" } })).toBeUndefined();
});

it.each([
  [{ running: { startedAt: "t" } }, "Running"],
  [{ waiting: { reason: "CrashLoopBackOff" } }, "CrashLoopBackOff"],
  [{ terminated: { exitCode: 3 } }, "ExitCode:3"],
  [{ terminated: { exitCode: 137, signal: 9 } }, "Signal:9"],
  [{ terminated: { reason: "OOMKilled", exitCode: 137 } }, "OOMKilled"],
  [undefined, "Waiting"],
])("a container's state %j is %s", (state, word) => {
  expect(stateOf(state).word).toBe(word);
});

import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import en from "../../i18n/en/ui.json";
import { toneOf, wordsOf } from "./status";

/** The status words of docs/contract.md, section by section. */
const CONTRACT = [
  ["Ready", "NotReady", "Offline", "Autonomous", "SchedulingDisabled"],
  ["Ready", "Degraded", "NotReady", "Empty"],
  ["Ready", "Updating", "Degraded", "NotReady"],
  ["Running", "Complete", "Failed", "Suspended"],
  ["Suspended", "Active", "Failed", "Scheduled"],
  ["ready", "preparing", "expired", "suspended", "terminating"],
].flat();

describe("a status word", () => {
  it("stands in the contract, as these tests have it", () => {
    const contract = readFileSync("../docs/contract.md", "utf8");
    for (const word of CONTRACT) expect(contract).toContain(`\`${word}`);
  });

  it("has words for people if it is the contract's", () => {
    for (const word of CONTRACT) expect(en.status).toHaveProperty(word);
  });

  it.each([
    ["Ready", "good"],
    ["Offline", "bad"],
    ["Autonomous", "warn"],
    ["Init:0/2", "busy"],
    ["Init:CrashLoopBackOff", "bad"],
    ["ExitCode:137", "bad"],
    ["RunContainerError", "bad"],
    ["ErrImagePull", "bad"],
    ["SomethingNew", "off"],
  ])("%s is %s", (word, tone) => {
    expect(toneOf(word)).toBe(tone);
  });

  it("may be two", () => {
    expect(wordsOf("Ready,SchedulingDisabled")).toEqual(["Ready", "SchedulingDisabled"]);
    expect(wordsOf("")).toEqual([]);
  });
});

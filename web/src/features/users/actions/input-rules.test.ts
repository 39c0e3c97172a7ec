import { describe, expect, it } from "vitest";

import { USER } from "../../../testing/accounts";
import { limitsChange, suspension, renewal, endOf, isValid, limitsOf } from "./input-rules";

const NOW = Date.parse("2024-03-06T09:00:00Z");
const BEGUN = { ...USER, effectiveTime: "2024-03-01T08:00:00Z" };
const at = (time: string) => ({ at: Date.parse(time) });

describe("what is typed", () => {
  it("is sent only when the console can take it", () => {
    for (const input of ["", "0", "3651", "-1", "1.5", "1e2", "soon"])
      expect(renewal(USER, { by: "days", input }, NOW)).toBeUndefined();
    for (const input of ["", "2024-03-06", "2001-01-01T00:00", "2099-01-01T00:00"])
      expect(renewal(BEGUN, { by: "until", input }, NOW)).toBeUndefined();
    for (const input of [" ", "x".repeat(257)]) expect(suspension(input)).toBeUndefined();
    for (const input of ["", "-1", "1001", "x"]) expect(isValid("nodes", input)).toBe(false);
    for (const input of ["8 cores", "1Gi", "-1", "1e3"]) expect(isValid("cpu", input)).toBe(false);
    for (const input of ["16 GB", "1e9", "-1", "8m"]) expect(isValid("memory", input)).toBe(false);
    for (const input of ["", "10001", "many"]) expect(isValid("pods", input)).toBe(false);
  });

  it("is what was changed", () => {
    const before = limitsOf({ ...USER, quota: { cpu: "4", memory: "8Gi", pods: 500 } });
    expect(limitsChange(before, before)).toBeUndefined();
    expect(limitsChange(before, { ...before, nodes: " 9 " })).toEqual({ verb: "limits", maxNodeNum: 9 });
    expect(limitsChange(before, { ...before, cpu: "", pods: "0" })).toEqual({ verb: "limits", quota: { cpu: "", pods: 0 } });
    expect(renewal(USER, { by: "days", input: " 30 " }, NOW)).toEqual({ verb: "renew", days: 30 });
    expect(suspension(" unpaid ")).toEqual({ verb: "suspend", reason: "unpaid" });
  });

  it("makes an account end at the time of day at which it began, never earlier than said", () => {
    expect(endOf(BEGUN, { by: "days", input: "1" }, NOW)).toEqual(at("2024-03-08T08:00:00Z"));
    expect(endOf(BEGUN, { by: "days", input: "1" }, NOW - 3600_000)).toEqual(at("2024-03-07T08:00:00Z"));
    expect(endOf({ ...USER, effectiveTime: "" }, { by: "days", input: "7" }, NOW)).toEqual({ days: 7 });
    expect(endOf(BEGUN, { by: "until", input: "never" }, NOW)).toBeUndefined();
  });
});

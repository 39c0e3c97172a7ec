import { describe, expect, it } from "vitest";

import { daysLeft, endsSoon } from "./validity";

const NOW = Date.parse("2024-03-05T08:00:00Z");

describe("what is left of an account", () => {
  it("is counted in days, with fractions", () => {
    expect(daysLeft({ ends: "2024-03-08T20:00:00Z" }, NOW)).toBe(3.5);
  });

  it("is nothing once it is over, and not known without an end", () => {
    expect(daysLeft({ ends: "2024-03-01T08:00:00Z" }, NOW)).toBe(0);
    expect(daysLeft({ ends: "" }, NOW)).toBeUndefined();
  });

  it("is worth a warning from three days before the end on", () => {
    expect(endsSoon({ ends: "2024-03-08T08:00:01Z" }, NOW)).toBe(false);
    expect(endsSoon({ ends: "2024-03-08T08:00:00Z" }, NOW)).toBe(true);
    expect(endsSoon({ ends: "" }, NOW)).toBe(false);
  });
});

import { readdirSync } from "node:fs";
import { dirname } from "node:path";

import { expect, it } from "vitest";

/** Modules that a folder holds before it needs sub-folders. */
const MOST = 15;

function modulesIn(root: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const path of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    if (!/\.tsx?$/.test(path) || /\.(test|d)\.tsx?$/.test(path)) continue;
    counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  }
  return counts;
}

it("no folder holds more modules than one can take in", () => {
  const counts = modulesIn("src");
  expect(counts.size).toBeGreaterThan(20);
  expect([...counts].filter(([, count]) => count > MOST)).toEqual([]);
});

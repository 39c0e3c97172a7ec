import { expect, it } from "vitest";

import { bytesText, cpuText, share } from "./quantities";

it.each([
  [0, "0"],
  [250, "250m"],
  [999, "999m"],
  [1000, "1"],
  [1500, "1.5"],
  [12345, "12.35"],
])("writes %i millicores", (millicores, text) => {
  expect(cpuText(millicores)).toBe(text);
});

it.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1 KiB"],
  [1536, "1.5 KiB"],
  [512 * 2 ** 20, "512 MiB"],
  [7.5 * 2 ** 30, "7.5 GiB"],
  [2 ** 60, "1024 PiB"],
])("writes %i bytes", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

it("keeps shares between nothing and all", () => {
  expect([share(1, 4), share(5, 4), share(-1, 4), share(1, 0)]).toEqual([0.25, 1, 0, 0]);
});

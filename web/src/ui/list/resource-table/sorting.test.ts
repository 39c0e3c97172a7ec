import { expect, it } from "vitest";

import { orderIn, sortAfter } from "./sorting";

it("sorts up first, then down, and leaves the list's own order out of the address", () => {
  expect(sortAfter("name", "cpu", "name")).toBe("cpu");
  expect(sortAfter("cpu", "cpu", "name")).toBe("-cpu");
  expect(sortAfter("-cpu", "cpu", "name")).toBe("cpu");
  expect(sortAfter("-name", "name", "name")).toBeUndefined();
  expect(sortAfter("lastTime", "lastTime", "-lastTime")).toBeUndefined();
});

it("tells screen readers the order", () => {
  expect([orderIn("cpu", "cpu"), orderIn("-cpu", "cpu"), orderIn("name", "cpu")]).toEqual([
    "ascending",
    "descending",
    "none",
  ]);
});

import { expect, it } from "vitest";
import { parse } from "yaml";

import { difference, yamlOf } from "./text";

it("writes objects as they are, and text that looks like something else in quotes", () => {
  const object = { metadata: { name: "x", annotations: { a: "true", b: "<img src=x onerror=alert(1)>", c: "l\n# 2\n", d: "01" } } };
  expect(parse(yamlOf(object))).toEqual(object);
  expect(yamlOf({ a: "x ".repeat(200) }).trim()).not.toContain("\n");
  const shared = { app: "web" };
  expect(yamlOf({ one: shared, other: shared })).not.toMatch(/[&*]/);
});

it("begins with what the object is", () => {
  const written = yamlOf({ kind: "Pod", status: {}, apiVersion: "v1", spec: {}, metadata: {} });
  expect(written.match(/^\w+/gm)).toEqual(["apiVersion", "kind", "metadata", "spec", "status"]);
});

it.each([
  ["abc", "abc"],
  ["abc", "abXc"],
  ["aaa", "aa"],
  ["", "new"],
  ["old", ""],
  ["a: 1\nb: 2\n", "a: 1\nb: 3\n"],
])("finds what leads from %j to %j", (before, after) => {
  const change = difference(before, after);
  const made = change === null ? before : before.slice(0, change.from) + change.insert + before.slice(change.to);
  expect(made).toBe(after);
});

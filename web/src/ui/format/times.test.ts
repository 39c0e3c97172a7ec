import { expect, it } from "vitest";

import { durationText, exactTime, relativeTime } from "./times";

const NOW = Date.parse("2024-03-10T12:00:00Z");
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

it.each([
  [0, "0s ago", "0 秒前"],
  [59, "59s ago", "59 秒前"],
  [119, "119s ago", "119 秒前"],
  [120, "2m ago", "2 分钟前"],
  [7199, "119m ago", "119 分钟前"],
  [7200, "2h ago", "2 小时前"],
  [2 * 86400, "2d ago", "2 天前"],
  [400 * 86400, "400d ago", "400 天前"],
  [730 * 86400, "2y ago", "2 年前"],
])("tells %i seconds ago in both languages", (seconds, english, chinese) => {
  expect(relativeTime(ago(seconds), NOW, "en")).toBe(english);
  expect(relativeTime(ago(seconds), NOW, "zh")).toBe(chinese);
});

it("tells what is to come", () => {
  expect(relativeTime(ago(-3 * 86400), NOW, "en")).toBe("in 3d");
});

it("says nothing of no time", () => {
  expect(relativeTime("", NOW, "en")).toBe("");
  expect(exactTime("", "en")).toBe("");
  expect(relativeTime("soon", NOW, "en")).toBe("");
});

it("tells exactly when, to the second", () => {
  expect(exactTime("2024-03-10T12:34:56Z", "en")).toMatch(/2024.*:34:56/);
  expect(exactTime("2024-03-10T12:34:56Z", "zh")).toMatch(/^2024年3月\d+日 \d+:34:56 \S+$/);
});

it.each([
  ["2024-03-01T08:00:00Z", "2024-03-01T08:03:12Z", "3m 12s"],
  ["2024-03-01T08:00:00Z", "2024-03-03T09:00:00Z", "2d 1h"],
  ["2024-03-01T08:00:00Z", "2024-03-01T10:00:30Z", "2h"],
  ["2024-03-01T08:00:00Z", "2024-03-01T08:00:00Z", "0s"],
  ["2024-03-01T08:00:00Z", "", ""],
])("from %s to %s it took %j", (from, to, text) => {
  expect(durationText(from, to, "en")).toBe(text);
});

it("puts a blank between numbers and Chinese words", () => {
  expect(durationText("2024-03-01T08:00:00Z", "2024-03-01T08:03:12Z", "zh")).toBe("3 分钟 12 秒");
});

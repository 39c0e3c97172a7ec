import { describe, expect, it } from "vitest";

import { changed, narrowing, parametersOf, readListSearch } from "./list-search";

describe("a list page's address", () => {
  it("is read leniently: what makes no sense is as if it were not there", () => {
    expect(readListSearch({ q: "  web ", sort: "-cpu", page: "3", size: 100, x: 1 })).toEqual({
      q: "web",
      sort: "-cpu",
      page: 3,
      size: 100,
    });
    expect(readListSearch({ q: ["a"], sort: "name;drop", page: -1, size: 7, status: {} })).toEqual({});
    expect(readListSearch({ q: 42 })).toEqual({ q: "42" });
    expect(readListSearch({ q: "x".repeat(1000) }).q).toHaveLength(256);
  });

  it("says nothing of what is the default", () => {
    expect(readListSearch({ page: 1, size: 50, q: "" })).toEqual({});
  });

  it("starts another question at its first page, and turns pages within one", () => {
    expect(changed({ q: "a", page: 4 }, { q: "b" })).toEqual({ q: "b" });
    expect(changed({ q: "a", page: 4 }, { page: 5 })).toEqual({ q: "a", page: 5 });
    expect(changed({ q: "a", status: "Ready" }, { status: undefined })).toEqual({ q: "a" });
  });

  it("becomes rows to leave out and rows to give", () => {
    expect(parametersOf({})).toEqual({ offset: 0, limit: 50 });
    expect(parametersOf({ q: "a", page: 3, size: 25 })).toEqual({ q: "a", offset: 50, limit: 25 });
  });

  it("knows whether it narrows the list down", () => {
    expect(narrowing({ sort: "-cpu", page: 2, namespace: "a", q: undefined })).toEqual([]);
    expect(narrowing({ status: "Ready", labels: "a=b" })).toEqual(["status", "labels"]);
  });
});

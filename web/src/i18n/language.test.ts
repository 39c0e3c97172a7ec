import { describe, expect, it } from "vitest";

import { texts as en } from "./en";
import { preferred } from "./language";
import { texts as zh } from "./zh";

/** Every key as a path; Chinese has one plural form where English has two. */
function keys(tree: object, path = ""): string[] {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === "string" ? [`${path}${name.replace(/_(one|other)$/, "")}`] : keys(value as object, `${path}${name}.`),
  );
}

function values(tree: object): string[] {
  return Object.values(tree).flatMap((value: string | object) => (typeof value === "string" ? [value] : values(value)));
}

const placeholders = (text: string) => [...new Set(text.match(/{{\w+}}/g))].sort();

describe("both languages", () => {
  it("have the same files", () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  });

  it.each(Object.keys(en))("have the same keys in %s", (name) => {
    expect([...new Set(keys(zh[name] ?? {}))].sort()).toEqual([...new Set(keys(en[name] ?? {}))].sort());
  });

  it.each(Object.keys(en))("say something everywhere in %s", (name) => {
    for (const text of [...values(en[name] ?? {}), ...values(zh[name] ?? {})]) expect(text.trim()).not.toBe("");
  });

  it.each(Object.keys(zh))("have full-width punctuation beside Chinese characters in %s", (name) => {
    const half = /[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]/;
    expect(values(zh[name] ?? {}).filter((text) => half.test(text))).toEqual([]);
  });

  it.each(Object.keys(en))("take the same values in %s", (name) => {
    const all = (tree: object | undefined) => [...new Set(values(tree ?? {}).flatMap(placeholders))].sort();
    expect(all(zh[name])).toEqual(all(en[name]));
  });
});

describe("the language", () => {
  it("is the one chosen before, else the first of the browser's that we speak, else English", () => {
    expect(preferred("zh", ["en-US"])).toBe("zh");
    expect(preferred(null, ["fr", "zh-CN", "en"])).toBe("zh");
    expect(preferred(null, ["EN-GB"])).toBe("en");
    expect(preferred("xx", ["fr"])).toBe("en");
  });
});

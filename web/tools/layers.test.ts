import { ESLint, Linter } from "eslint";
import { parser } from "typescript-eslint";
import { describe, expect, it } from "vitest";

import { LAYERS, layers } from "./layers.ts";

/** What the rule says of `code` in the file `src/PATH`. */
function messages(path: string, code: string): string[] {
  const config: Linter.Config = {
    files: ["**"],
    languageOptions: { parser },
    plugins: { local: { rules: { layers } } },
    rules: { "local/layers": "error" },
  };
  return new Linter({ cwd: "/web" }).verify(code, config, `/web/src/${path}`).map(({ message }) => message);
}

const folders = Object.keys(LAYERS).filter((layer) => layer !== "");
const pairs = folders.flatMap((from) => folders.filter((to) => to !== from).map((to) => ({ from, to })));

describe("the layers of the page", () => {
  it.each(pairs)("$from may import $to only if the table says so", ({ from, to }) => {
    const found = messages(`${from}/room/a.ts`, `import { b } from "../../${to}/room/b"; b();`);
    expect(found).toEqual(LAYERS[from]?.includes(to) ? [] : [`${from} must not import ${to}`]);
  });

  it.each(["app", "features", "k8s", "ui", "api", "core", "i18n"])("%s holds nothing of the tests", (from) => {
    expect(messages(`${from}/a.ts`, `import "../testing/render";`)).toEqual([`${from} must not import testing`]);
  });

  it("has no circle", () => {
    const below = (layer: string): string[] => (LAYERS[layer] ?? []).flatMap((next) => [next, ...below(next)]);
    for (const layer of folders) expect(below(layer)).not.toContain(layer);
  });

  it("keeps features apart, and lets each import itself", () => {
    expect(messages("features/pods/a.ts", `import "../nodes/b";`)).toEqual(["features never import each other"]);
    expect(messages("features/pods/deep/a.ts", `import "../b"; import "./c";`)).toEqual([]);
  });

  it.each([
    `export * from "../features/pods/a";`,
    `export { a } from "../features/pods/a";`,
    `void import("../features/pods/a");`,
    `type A = import("../features/pods/a").A; export const a: A = 1;`,
  ])("sees %s", (code) => {
    expect(messages("ui/a.ts", code)).toEqual(["ui must not import features"]);
  });

  it("leaves packages alone", () => {
    expect(messages("core/a.ts", `import "react";`)).toEqual([]);
  });

  it("is on for every folder of the page, in tests excepted", async () => {
    const eslint = new ESLint();
    const severity = async (path: string) => {
      const { rules } = (await eslint.calculateConfigForFile(path)) as { rules: Record<string, [number]> };
      return rules["local/layers"]?.[0];
    };
    for (const folder of folders) expect(await severity(`src/${folder}/a.tsx`), folder).toBe(2);
    expect(await severity("src/main.tsx")).toBe(2);
    expect(await severity("src/ui/a.test.tsx")).toBe(0);
  });
});

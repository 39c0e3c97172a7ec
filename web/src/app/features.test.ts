import { describe, expect, it } from "vitest";

import { PAGE_PLURALS, specOf } from "../core/kinds/kinds";
import { texts as en } from "../i18n/en";
import { texts as zh } from "../i18n/zh";
import { FEATURES, withStandardKinds } from "./features";

const paths = FEATURES.flatMap(({ pages }) => pages.map(({ path }) => path));

describe("the features", () => {
  it("have one name, one title in each language, and addresses of their own", () => {
    const names = FEATURES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(paths).size).toBe(paths.length);
    for (const texts of [en, zh]) for (const { name } of FEATURES) expect(texts[name], name).toHaveProperty("title");
  });

  it.each(PAGE_PLURALS)("have the pages of %s that its record says", (plural) => {
    const { pages, namespaced, navigation } = specOf(plural);
    const object = namespaced ? `/${plural}/$namespace/$name` : `/${plural}/$name`;
    expect(paths.includes(`/${plural}`)).toBe(true);
    expect(paths.includes(object)).toBe(pages === "list+object");
    const feature = FEATURES.find(({ name }) => name === plural);
    expect(feature?.entry).toEqual({ ...navigation, path: `/${plural}` });
    expect(feature?.pages.map(({ access }) => access === "admin")).toEqual(feature?.pages.map(() => navigation?.admin === true));
  });

  it("have the standard pages of kinds without a folder of their own", () => {
    const standard = withStandardKinds([]);
    expect(standard.map(({ name }) => name)).toEqual(PAGE_PLURALS);
    expect(withStandardKinds(standard)).toEqual(standard);
  });
});

/** The feature of a kind: its pages and navigation entry, from its record. */
import type { ComponentType } from "react";

import type { Feature, Page } from "../core/feature";
import { specOf } from "../core/kinds/kinds";
import type { PagePlural } from "../core/kinds/kinds";
import { hasObjectPage, listPath, objectPattern } from "../core/navigation/paths";
import { readListSearch } from "../ui/list/list-search";
import { readObjectSearch } from "./object/object-search";

/** The pages of a kind that are not the standard ones. */
export interface OwnPages {
  list?: Page["load"];
  object?: Page["load"];
  /** Reads the search parameters of the list page, where it has more than the standard ones. */
  search?: Page["search"];
}

export function kindFeature(plural: PagePlural, own: OwnPages = {}): Feature {
  const { navigation, searchable = false } = specOf(plural);
  const access: Pick<Page, "access"> = navigation?.admin ? { access: "admin" } : {};
  const list: Page = {
    ...access,
    path: listPath(plural),
    load: own.list ?? (() => page(import("./pages/list-page").then(({ listPage }) => listPage(plural)))),
    search: own.search ?? readListSearch,
  };
  const object: Page[] = hasObjectPage(plural)
    ? [
        {
          ...access,
          path: objectPattern(plural),
          load: own.object ?? (() => page(import("./pages/object-page").then(({ objectPage }) => objectPage(plural)))),
          search: readObjectSearch,
        },
      ]
    : [];
  return {
    name: plural,
    pages: [list, ...object],
    ...(navigation ? { entry: { ...navigation, path: listPath(plural) } } : {}),
    ...(searchable ? { searches: plural } : {}),
  };
}

async function page(component: Promise<ComponentType>): Promise<{ default: ComponentType }> {
  return { default: await component };
}

/** A feature's registration, exported by its `feature.ts`: its pages and its navigation entry. */
import type { ComponentType } from "react";

import type { NavigationSpec } from "./kinds/kind-spec";
import type { PagePlural } from "./kinds/kinds";
import type { Path } from "./navigation/paths";

export interface Page {
  /** The router's pattern below /console: "/nodes", "/nodes/$name". */
  path: string;
  /** Loads the page's module; its default export is the component. */
  load: () => Promise<{ default: ComponentType }>;
  /** Reads the search parameters; parameters that it omits are dropped. `readListSearch` for lists. */
  search?: (raw: Record<string, unknown>) => object;
  /** `public` needs no login and has no navigation; `admin` needs an administrator; default: any account. */
  access?: "public" | "admin";
}

export interface Entry extends NavigationSpec {
  path: Path;
}

export interface Feature {
  /** Also the i18n namespace of its texts; `title` labels its navigation entry. */
  name: string;
  pages: readonly Page[];
  entry?: Entry;
  /** The kind of the objects that the command palette searches, if any. */
  searches?: PagePlural;
}

export function defineFeature(feature: Feature): Feature {
  return feature;
}

/** A feature's registration, exported by its `feature.ts`: its pages and its navigation entry. */
import type { ComponentType } from "react";

export interface Page {
  /** Below /console: "/nodes", "/nodes/$name". */
  path: string;
  /** Loads the page's module; its default export is the component. */
  load: () => Promise<{ default: ComponentType }>;
  /** Reads the search parameters; parameters that it omits are dropped. `readListSearch` for lists. */
  search?: (raw: Record<string, unknown>) => object;
  /** `public` needs no login and has no navigation; `admin` needs an administrator; default: any account. */
  access?: "public" | "admin";
}

export interface Entry {
  path: string;
  group: "start" | "infrastructure" | "workloads" | "platform";
  /** The place in its group; leave gaps. */
  order: number;
  icon: ComponentType;
  /** Visible to administrators only. */
  admin?: boolean;
}

export interface Feature {
  /** Also the i18n namespace of its texts; `title` labels its navigation entry. */
  name: string;
  pages: readonly Page[];
  entry?: Entry;
  /** The list that the command palette searches, if any. */
  noun?: string;
}

export function defineFeature(feature: Feature): Feature {
  return feature;
}

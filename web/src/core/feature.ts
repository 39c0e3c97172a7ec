/** What a feature tells the app of itself, in its `feature.ts`: its pages, and where they stand in the navigation. */
import type { ComponentType } from "react";

export interface Page {
  /** Below /console: "/nodes", "/nodes/$name". */
  path: string;
  /** The page's module, loaded when somebody goes there; its default export is the component. */
  load: () => Promise<{ default: ComponentType }>;
  /** Reads the address's parameters; what it leaves out is dropped. `readListSearch` for lists. */
  search?: (raw: Record<string, unknown>) => object;
  /** `public`: before logging in, without navigation. Otherwise one must be logged in, to `admin` as one. */
  access?: "public" | "admin";
}

export interface Entry {
  path: string;
  group: "start" | "infrastructure" | "workloads" | "platform";
  /** The place in its group; leave gaps. */
  order: number;
  icon: ComponentType;
  /** Only administrators see it. */
  admin?: boolean;
}

export interface Feature {
  /** Also the name of its texts, i18n/{en,zh}/NAME.json, whose `title` names its entry. */
  name: string;
  pages: readonly Page[];
  entry?: Entry;
  /** The list that the palette looks through for names, when it is one. */
  noun?: string;
}

export function defineFeature(feature: Feature): Feature {
  return feature;
}

/** The shape of a kind's record in `kinds.ts`. */
import type { ComponentType } from "react";

export type ColumnFormat = "text" | "code" | "number" | "list" | "labels" | "images" | "time" | "status";

/** One column of a kind's list, between name and namespace (always first) and creation time (always last). */
export interface ColumnSpec {
  /** Its title: `columns.KEY` in the kind's texts, else in `objects.json`. */
  readonly key: string;
  /** The row's field. */
  readonly field: string;
  readonly format: ColumnFormat;
  /** The API's sort field, where the list can be sorted by it. */
  readonly sort?: string;
  /** Long texts: the whole width on phones. */
  readonly wide?: boolean;
  readonly hideOnPhone?: boolean;
}

export interface NavigationSpec {
  readonly group: "start" | "infrastructure" | "workloads" | "platform";
  /** The place in its group; leave gaps. */
  readonly order: number;
  readonly icon: ComponentType;
  /** Visible to administrators only. */
  readonly admin?: boolean;
}

/** `Name` is what dependencies are named by. */
export interface KindSpec<Name extends string = string> {
  /** As in `kind` of an object: "Deployment". */
  readonly kind: string;
  /** The API group, "" for the core group. */
  readonly group: string;
  readonly namespaced: boolean;
  /** The console's address of its list, if it has one. */
  readonly list?: string;
  /** Further kinds with changes that make the list stale. */
  readonly listDependsOn?: readonly Name[];
  /** For kinds without change events: the kinds that change with them. */
  readonly changesWith?: readonly Name[];
  /** The pages below `/PLURAL`: a list alone, or a list and one page per object. */
  readonly pages?: "list" | "list+object";
  /** Its entry in the navigation. */
  readonly navigation?: NavigationSpec;
  /** Whether the command palette searches its objects by name. */
  readonly searchable?: boolean;
  /** The columns of the standard list page. */
  readonly columns?: readonly ColumnSpec[];
  /** The values of the list's filter by status, and the title's key in `objects.json`, `columns.KEY`. */
  readonly statuses?: { readonly title: string; readonly values: readonly string[] };
  /** The kubectl command that creates a first object, shown by an empty list. */
  readonly firstCommand?: string;
}

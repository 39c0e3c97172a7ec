/** Every address of the page: the one place that spells them. Relative to `/console`. */
import { isPlural, KINDS, pluralOf, specOf } from "../kinds/kinds";
import type { NamespacedPlural, ObjectPagePlural, PagePlural, Plural } from "../kinds/kinds";

export const PATHS = {
  /** Redirects to the overview. */
  root: "/",
  overview: "/overview",
  connection: "/connection",
  account: "/account",
  login: "/login",
  register: "/register",
} as const;

export type NamespacedPagePlural = ObjectPagePlural & NamespacedPlural;
export type ClusterPagePlural = Exclude<ObjectPagePlural, NamespacedPlural>;

/** The address of a kind's list page. */
export type ListPath = `/${PagePlural}`;
/** The address of an object's page. */
export type ObjectPath = `/${NamespacedPagePlural}/${string}/${string}` | `/${ClusterPagePlural}/${string}`;
/** Any address that a link may lead to. */
export type Path = (typeof PATHS)[keyof typeof PATHS] | ListPath | ObjectPath;

export function listPath<P extends PagePlural>(plural: P): `/${P}` {
  return `/${plural}`;
}

/** The page of a cluster-scoped object; the name must not be empty. */
export function clusterObjectPath(plural: ClusterPagePlural, name: string): ObjectPath {
  return `/${plural}/${encodeURIComponent(name)}`;
}

/** The router's pattern of a kind's object pages. */
export function objectPattern(plural: ObjectPagePlural): string {
  return KINDS[plural].namespaced ? `/${plural}/$namespace/$name` : `/${plural}/$name`;
}

/**
 * The page of an object by kind ("Pod") or plural ("pods"); undefined for kinds without one, and for a namespaced kind
 * without a namespace. Users are found by their plural only: tenants see Events about a User, and have no page of it.
 */
export function objectPath(kind: string, name: string, namespace = ""): ObjectPath | undefined {
  const plural = pluralOf(kind);
  if (plural === undefined || !hasObjectPage(plural) || name === "") return undefined;
  if (plural === "users" && !isPlural(kind)) return undefined;
  if (!isNamespaced(plural)) return clusterObjectPath(plural, name);
  return namespace === "" ? undefined : `/${plural}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}

export function hasObjectPage(plural: Plural): plural is ObjectPagePlural {
  return specOf(plural).pages === "list+object";
}

function isNamespaced(plural: ObjectPagePlural): plural is NamespacedPagePlural {
  return specOf(plural).namespaced;
}

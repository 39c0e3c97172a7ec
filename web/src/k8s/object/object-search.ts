/** The search parameters of an object's page: which view is open. */
export interface ObjectSearch {
  view?: "yaml";
}

export function readObjectSearch(raw: Record<string, unknown>): ObjectSearch {
  return raw["view"] === "yaml" ? { view: "yaml" } : {};
}

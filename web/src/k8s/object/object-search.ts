/** What stands in the address of an object's page: which view of it is shown. */
export interface ObjectSearch {
  view?: "yaml";
}

export function readObjectSearch(raw: Record<string, unknown>): ObjectSearch {
  return raw["view"] === "yaml" ? { view: "yaml" } : {};
}

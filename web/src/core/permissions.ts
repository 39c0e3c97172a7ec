/** What a caller may do, as RBAC rules (pure). */
export interface Permission {
  /** The API group, "" for the core group, "*" for all. */
  readonly group: string;
  /** A plural, with its subresource if any ("deployments/scale"), or "*". */
  readonly resource: string;
  /** "get", "update", "delete" ..., or "*". */
  readonly verbs: readonly string[];
}

const ALL = "*";

export function allows(permissions: readonly Permission[], verb: string, resource: string, group: string): boolean {
  return permissions.some(
    (rule) =>
      (rule.group === ALL || rule.group === group) &&
      (rule.resource === ALL || rule.resource === resource) &&
      (rule.verbs.includes(ALL) || rule.verbs.includes(verb)),
  );
}

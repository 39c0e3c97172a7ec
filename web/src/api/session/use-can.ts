/** Whether the caller may do something, for showing or hiding actions; the server decides again on each request. */
import { useCallback } from "react";

import { isPlural, specOf } from "../../core/kinds/kinds";
import { allows } from "../../core/permissions";
import type { Permission } from "../../core/permissions";
import { isAdmin, useAccount } from "./queries";
import type { Account } from "./queries";

/** `resource` is a plural, with its subresource if any: "deployments/scale". */
export type Can = (verb: string, resource: string) => boolean;

/** Consoles before the `permissions` of a session send none: then the role decides. */
type WithPermissions = Account & { permissions?: readonly Permission[] };

export function canOf(account: Account | undefined): Can {
  const { permissions } = (account ?? {}) as Partial<WithPermissions>;
  if (permissions === undefined) return () => isAdmin(account);
  return (verb, resource) => allows(permissions, verb, resource, groupOf(resource));
}

export function useCan(): Can {
  const account = useAccount();
  return useCallback((verb, resource) => canOf(account)(verb, resource), [account]);
}

function groupOf(resource: string): string {
  const plural = resource.split("/")[0] ?? "";
  return isPlural(plural) ? specOf(plural).group : "";
}

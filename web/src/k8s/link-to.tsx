/** A link to an object's page, from its Kubernetes kind. */

import { Link } from "../core/navigation/link";
import { objectPath } from "../core/navigation/paths";

export interface LinkToProps {
  /** A kind ("Pod") or a plural ("pods"). */
  kind: string;
  namespace?: string | undefined;
  name: string;
}

/** The object's name as a link; plain text for kinds that have no page, a dash for no name. */
export function LinkTo({ kind, namespace, name }: LinkToProps) {
  if (name === "") return <span aria-hidden="true">–</span>;
  const path = objectPath(kind, name, namespace);
  return path === undefined ? <span>{name}</span> : <Link to={path}>{name}</Link>;
}

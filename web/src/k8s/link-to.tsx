/** A link to an object's page, from its Kubernetes kind. */
import { Link } from "@tanstack/react-router";

import { addressOf } from "./addresses";

export interface LinkToProps {
  /** A kind ("Pod") or a plural ("pods"). */
  kind: string;
  namespace?: string | undefined;
  name: string;
}

/** The object's name as a link; plain text for kinds that have no page, a dash for no name. */
export function LinkTo({ kind, namespace, name }: LinkToProps) {
  if (name === "") return <span aria-hidden="true">–</span>;
  const address = addressOf(kind, name, namespace);
  return address === undefined ? <span>{name}</span> : <Link to={address}>{name}</Link>;
}

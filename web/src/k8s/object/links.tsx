/** Several objects of a kind as links; a dash for none. */
import { LinkTo } from "../link-to";

export interface LinksProps {
  kind: string;
  namespace: string;
  names: readonly string[];
}

export function Links({ kind, namespace, names }: LinksProps) {
  if (names.length === 0) return <span aria-hidden="true">–</span>;
  return (
    <>
      {names.map((name, index) => (
        <span key={name}>
          {index > 0 ? ", " : ""}
          <LinkTo kind={kind} namespace={namespace} name={name} />
        </span>
      ))}
    </>
  );
}

/** The namespace and name in an object page's address, `/PLURAL/$namespace/$name`. */
import { useParams } from "@tanstack/react-router";

export function useObjectAddress(): { namespace: string; name: string } {
  const { namespace = "", name = "" }: { namespace?: string; name?: string } = useParams({ strict: false });
  return { namespace, name };
}

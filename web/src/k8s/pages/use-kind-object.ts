/** The data of a namespaced object's page: its row, the object itself, and its events. */
import { useRelated, useRow } from "../../api/lists";
import type { Rows } from "../../api/lists";
import { useObject } from "../../api/objects";
import { KINDS } from "../../core/kinds/kinds";
import type { NamespacedPagePlural } from "../../core/navigation/paths";
import type { KubernetesObject } from "../object/kubernetes";
import { RELATED_LIMIT } from "../object/related-limit";
import { useObjectAddress } from "../object/use-object-address";

export function useKindObject<P extends NamespacedPagePlural>(plural: P) {
  const { namespace, name } = useObjectAddress();
  const query = useRow(plural, namespace, name);
  const row: Rows[P] | undefined = query.data?.rows[0];
  const object = useObject<KubernetesObject>(plural, namespace, name);
  const events = useRelated("events", { namespace, kind: KINDS[plural].kind, name, limit: RELATED_LIMIT });
  return { plural, namespace, name, query, row, object, events };
}

export type KindObject<P extends NamespacedPagePlural = NamespacedPagePlural> = ReturnType<typeof useKindObject<P>>;

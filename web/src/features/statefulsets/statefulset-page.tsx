/** One stateful set: its pods, its template, its events. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useRelated, useRow } from "../../api/lists";
import { useObject } from "../../api/objects";
import { useNodeCounts } from "../../api/overview";
import { NoNodes } from "../../k8s/no-nodes";
import type { KubernetesObject } from "../../k8s/object/kubernetes";
import { SHOWN } from "../../k8s/object/shown";
import { useObjectAddress } from "../../k8s/object/use-object-address";
import { WorkloadView } from "../../k8s/object/workload-view";

export default function StatefulSetPage() {
  const { t } = useTranslation("statefulsets");
  const { namespace, name } = useObjectAddress();
  const object = useObject<KubernetesObject>("statefulsets", namespace, name);
  const pods = useRelated("pods", { namespace, owner: `StatefulSet/${name}`, limit: SHOWN });
  return (
    <WorkloadView
      name={name}
      namespace={namespace}
      parent={<Link to="/statefulsets">{t("title")}</Link>}
      row={useRow("statefulsets", namespace, name)}
      object={object}
      pods={pods}
      events={useRelated("events", { namespace, kind: "StatefulSet", name, limit: SHOWN })}
      services={useRelated("services", { namespace }).data?.rows}
      // Only since Kubernetes 1.22.
      counting={false}
      notice={<NoNodes counts={useNodeCounts()} />}
    />
  );
}

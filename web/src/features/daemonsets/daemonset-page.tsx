/** One daemon set: its pods, its template, its events. */
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

export default function DaemonSetPage() {
  const { t } = useTranslation("daemonsets");
  const { namespace, name } = useObjectAddress();
  const object = useObject<KubernetesObject>("daemonsets", namespace, name);
  const pods = useRelated("pods", { namespace, owner: `DaemonSet/${name}`, limit: SHOWN });
  return (
    <WorkloadView
      name={name}
      namespace={namespace}
      parent={<Link to="/daemonsets">{t("title")}</Link>}
      row={useRow("daemonsets", namespace, name)}
      object={object}
      pods={pods}
      events={useRelated("events", { namespace, kind: "DaemonSet", name, limit: SHOWN })}
      services={useRelated("services", { namespace }).data?.rows}
      notice={<NoNodes counts={useNodeCounts()} />}
    />
  );
}

/** One deployment: its pods, its template, its events. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useRelated, useRow } from "../../api/lists";
import { useObject } from "../../api/objects";
import { useNodeCounts } from "../../api/overview";
import { NoNodes } from "../../k8s/no-nodes";
import { selectorText } from "../../k8s/object/kubernetes";
import type { KubernetesObject } from "../../k8s/object/kubernetes";
import { SHOWN } from "../../k8s/object/shown";
import { useObjectAddress } from "../../k8s/object/use-object-address";
import { WorkloadView } from "../../k8s/object/workload-view";

export default function DeploymentPage() {
  const { t } = useTranslation("deployments");
  const { namespace, name } = useObjectAddress();
  const object = useObject<KubernetesObject>("deployments", namespace, name);
  const labels = selectorText(object.data?.spec?.selector);
  const found = useRelated("pods", { namespace, labels, limit: SHOWN }, { enabled: labels !== "" });
  // Without the object there is no selector: then what kept it away is what keeps the pods away.
  const pods = labels === "" ? { ...found, error: object.error, refetch: object.refetch } : found;
  return (
    <WorkloadView
      name={name}
      namespace={namespace}
      parent={<Link to="/deployments">{t("title")}</Link>}
      row={useRow("deployments", namespace, name)}
      object={object}
      pods={pods}
      events={useRelated("events", { namespace, kind: "Deployment", name, limit: SHOWN })}
      services={useRelated("services", { namespace }).data?.rows}
      notice={<NoNodes counts={useNodeCounts()} />}
    />
  );
}

/** The page of one workload: its replicas, its pods, its template, its events. */
import type { ComponentType } from "react";

import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useRelated, useRow } from "../../api/lists";
import { useObject } from "../../api/objects";
import { useNodeCounts } from "../../api/overview";
import { NoNodes } from "../../k8s/no-nodes";
import { selectorText } from "../../k8s/object/kubernetes";
import type { KubernetesObject } from "../../k8s/object/kubernetes";
import { RELATED_LIMIT } from "../../k8s/object/related-limit";
import { useObjectAddress } from "../../k8s/object/use-object-address";
import { WorkloadView } from "./workload-view";
import { WORKLOADS } from "./workloads";
import type { WorkloadPlural } from "./workloads";

export function objectPage(plural: WorkloadPlural): ComponentType {
  const { kind, podsBy, countsAvailable } = WORKLOADS[plural];
  return function WorkloadPage() {
    const { t } = useTranslation(plural);
    const { namespace, name } = useObjectAddress();
    const object = useObject<KubernetesObject>(plural, namespace, name);
    const labels = podsBy === "selector" ? selectorText(object.data?.spec?.selector) : "";
    const noSelector = podsBy === "selector" && labels === "";
    const found = useRelated(
      "pods",
      podsBy === "selector" ? { namespace, labels, limit: RELATED_LIMIT } : { namespace, owner: `${kind}/${name}`, limit: RELATED_LIMIT },
      { enabled: !noSelector },
    );
    // Without the object there is no selector: its failure is then the failure of its pods.
    const pods = noSelector ? { ...found, error: object.error, refetch: object.refetch } : found;
    return (
      <WorkloadView
        name={name}
        namespace={namespace}
        parent={<Link to={`/${plural}`}>{t("title")}</Link>}
        row={useRow(plural, namespace, name)}
        object={object}
        pods={pods}
        events={useRelated("events", { namespace, kind, name, limit: RELATED_LIMIT })}
        services={useRelated("services", { namespace }).data?.rows}
        counting={countsAvailable}
        notice={<NoNodes counts={useNodeCounts()} />}
      />
    );
  };
}

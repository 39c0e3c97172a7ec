/** The page of one workload: its replicas, its pods, its template, its events. */
import type { ComponentType } from "react";

import { useTranslation } from "react-i18next";

import { useRelated } from "../../api/lists";
import { useNodeCounts } from "../../api/overview";
import { KINDS } from "../../core/kinds/kinds";
import { imagesOf } from "../../k8s/columns/workloads";
import type { WorkloadLike } from "../../k8s/columns/workloads";
import { Images } from "../../k8s/images";
import { Labels } from "../../k8s/labels";
import { LinkTo } from "../../k8s/link-to";
import { NoNodes } from "../../k8s/no-nodes";
import { Containers } from "../../k8s/object/containers";
import { selecting, selectorText } from "../../k8s/object/kubernetes";
import { Links } from "../../k8s/object/links";
import { Pods } from "../../k8s/object/pods";
import { RELATED_LIMIT } from "../../k8s/object/related-limit";
import { KindObjectPage } from "../../k8s/pages/object-page";
import { useKindObject } from "../../k8s/pages/use-kind-object";
import { RelativeTime } from "../../ui/format/relative-time";
import { StatusTag } from "../../ui/gauges/status-tag";
import { WORKLOADS } from "./workloads";
import type { WorkloadPlural } from "./workloads";

export function objectPage(plural: WorkloadPlural): ComponentType {
  const { kind } = KINDS[plural];
  const { podsBy, countsAvailable } = WORKLOADS[plural];
  return function WorkloadPage() {
    const { t } = useTranslation("objects");
    const data = useKindObject(plural);
    const { namespace, name, object } = data;
    const row: WorkloadLike | undefined = data.row;
    const spec = object.data?.spec;
    const labels = selectorText(spec?.selector);
    const noSelector = podsBy === "selector" && labels === "";
    const found = useRelated(
      "pods",
      podsBy === "selector" ? { namespace, labels, limit: RELATED_LIMIT } : { namespace, owner: `${kind}/${name}`, limit: RELATED_LIMIT },
      { enabled: !noSelector },
    );
    // Without the object there is no selector: its failure is then the failure of its pods.
    const pods = noSelector ? { ...found, error: object.error, refetch: object.refetch } : found;
    const services = useRelated("services", { namespace }).data?.rows ?? [];
    const serving = selecting(services, spec?.template?.metadata?.labels);
    const counts = useNodeCounts();
    return (
      <KindObjectPage
        data={data}
        status={row && <StatusTag status={row.state} reason={row.reason} />}
        notice={<NoNodes counts={counts} />}
        summary={[
          [t("columns.namespace"), namespace],
          [t("replicas"), row && t("replicasOf", { ready: row.status.readyReplicas, wanted: row.wanted })],
          [t("columns.updated"), row?.updated],
          [t("columns.available"), countsAvailable ? row?.available : undefined],
          [t("strategy"), (spec?.strategy ?? spec?.updateStrategy)?.type],
          [t("columns.images"), row && <Images images={imagesOf(row)} limit={3} />],
          [t("selector"), labels && <Labels labels={labels.split(/,(?![^(]*\))/)} />],
          [t("services"), <Links key="services" kind="services" namespace={namespace} names={serving.map((one) => one.name)} />],
          [t("columns.owner"), row?.ownerName ? <LinkTo kind={row.ownerKind} namespace={namespace} name={row.ownerName} /> : undefined],
          [t("columns.created"), row && <RelativeTime time={row.createTime} />],
        ]}
      >
        <Pods list={pods} search={{ namespace, labels }} />
        <Containers spec={spec?.template?.spec} />
      </KindObjectPage>
    );
  };
}

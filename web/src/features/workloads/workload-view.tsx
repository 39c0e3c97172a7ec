/** The page of a Deployment, StatefulSet or DaemonSet, given the data it shows. */
import { useTranslation } from "react-i18next";

import type { EventLike } from "../../k8s/columns/events";
import type { PodLike } from "../../k8s/columns/pods";
import { imagesOf } from "../../k8s/columns/workloads";
import type { WorkloadLike } from "../../k8s/columns/workloads";
import { Images } from "../../k8s/images";
import { Labels } from "../../k8s/labels";
import { LinkTo } from "../../k8s/link-to";
import { RelativeTime } from "../../ui/format/relative-time";
import type { ListQuery } from "../../ui/list/resource-table/types";
import { StatusTag } from "../../ui/gauges/status-tag";
import { Containers } from "../../k8s/object/containers";
import { Events } from "../../k8s/object/events";
import { selecting, selectorText } from "../../k8s/object/kubernetes";
import { Links } from "../../k8s/object/links";
import { ObjectPage } from "../../k8s/object/object-page";
import type { ObjectPageProps } from "../../k8s/object/object-page";
import { Pods } from "../../k8s/object/pods";

export interface WorkloadViewProps {
  name: string;
  namespace: string;
  parent: ObjectPageProps["parent"];
  row: ListQuery<WorkloadLike>;
  object: ObjectPageProps["object"];
  pods: ListQuery<PodLike>;
  events: ListQuery<EventLike>;
  services: readonly { name: string; selector: string }[] | undefined;
  notice: ObjectPageProps["notice"];
  /** Whether the kind counts available pods. */
  counting: boolean;
}

export function WorkloadView(props: WorkloadViewProps) {
  const { t } = useTranslation("objects");
  const { name, namespace, row, object, pods, events, services } = props;
  const found = row.data?.rows[0];
  const spec = object.data?.spec;
  const labels = selectorText(spec?.selector);
  const strategy = (spec?.strategy ?? spec?.updateStrategy)?.type;
  const serving = selecting(services ?? [], spec?.template?.metadata?.labels);
  return (
    <ObjectPage
      name={name}
      parent={props.parent}
      status={found && <StatusTag status={found.state} reason={found.reason} />}
      known={row.data && found !== undefined}
      object={object}
      notice={props.notice}
      summary={[
        [t("columns.namespace"), namespace],
        [t("replicas"), found && t("replicasOf", { ready: found.status.readyReplicas, wanted: found.wanted })],
        [t("columns.updated"), found?.updated],
        [t("columns.available"), props.counting ? found?.available : undefined],
        [t("strategy"), strategy],
        [t("columns.images"), found && <Images images={imagesOf(found)} limit={3} />],
        [t("selector"), labels && <Labels labels={labels.split(/,(?![^(]*\))/)} />],
        [t("services"), <Links key="services" kind="services" namespace={namespace} names={serving.map((one) => one.name)} />],
        [
          t("columns.owner"),
          found?.ownerName ? <LinkTo kind={found.ownerKind} namespace={namespace} name={found.ownerName} /> : undefined,
        ],
        [t("columns.created"), found && <RelativeTime time={found.createTime} />],
      ]}
      after={<Events list={events} />}
    >
      <Pods list={pods} search={{ namespace, labels }} />
      <Containers spec={spec?.template?.spec} />
    </ObjectPage>
  );
}

/** The columns of deployments, stateful sets and daemon sets. */
import { useMemo } from "react";

import { useTranslation } from "react-i18next";

import { Images } from "../images";
import { Labels } from "../labels";
import { LinkTo } from "../link-to";
import { RelativeTime } from "../../ui/format/relative-time";
import type { Column } from "../../ui/list/resource-table/types";
import { StatusTag } from "../../ui/gauges/status-tag";

/** All states, for filters. */
export const WORKLOAD_STATES = ["Ready", "Updating", "Degraded", "NotReady"] as const;

export interface WorkloadLike {
  name: string;
  namespace: string;
  uid: string;
  labels: string;
  state: string;
  reason: string;
  wanted: number;
  updated: number;
  available: number;
  status: { replicas: number; readyReplicas: number };
  ownerKind: string;
  ownerName: string;
  createTime: string;
  /** The contract calls the images of deployments `image`. */
  image?: readonly { image: string }[];
  images?: readonly { image: string }[];
}

export function imagesOf({ image, images }: Pick<WorkloadLike, "image" | "images">): readonly { image: string }[] {
  return images ?? image ?? [];
}

export function useWorkloadColumns(kind: string, namespace: boolean): Column<WorkloadLike>[] {
  const { t } = useTranslation("objects");
  return useMemo(() => {
    const columns: (Column<WorkloadLike> | false)[] = [
      {
        key: "name",
        title: t("columns.name"),
        sort: "name",
        render: (row) => <LinkTo kind={kind} namespace={row.namespace} name={row.name} />,
      },
      namespace && { key: "namespace", title: t("columns.namespace"), sort: "namespace", splits: true, render: (row) => row.namespace },
      {
        key: "state",
        title: t("columns.status"),
        sort: "state",
        render: (row) => <StatusTag status={row.state} reason={row.reason} />,
      },
      {
        key: "ready",
        title: t("columns.ready"),
        sort: "readyReplicas",
        align: "end",
        render: (row) => `${row.status.readyReplicas}/${row.wanted}`,
      },
      { key: "updated", title: t("columns.updated"), align: "end", render: (row) => row.updated },
      // StatefulSets have it only since Kubernetes 1.22.
      kind !== "statefulsets" && { key: "available", title: t("columns.available"), align: "end", render: (row) => row.available },
      { key: "images", title: t("columns.images"), wide: true, render: (row) => <Images images={imagesOf(row)} /> },
      { key: "labels", title: t("columns.labels"), least: namespace, hideOnPhone: true, render: (row) => <Labels labels={row.labels} limit={2} /> },
      { key: "created", title: t("columns.created"), sort: "createTime", render: (row) => <RelativeTime time={row.createTime} /> },
    ];
    return columns.filter((column) => column !== false);
  }, [t, kind, namespace]);
}

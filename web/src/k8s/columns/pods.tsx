/** The columns of pods, for their list and for cards. */
import { useMemo } from "react";

import { useTranslation } from "react-i18next";

import { LinkTo } from "../link-to";
import { Quantity } from "../../ui/format/quantity";
import { RelativeTime } from "../../ui/format/relative-time";
import type { Column } from "../../ui/list/resource-table/types";
import { StatusTag } from "../../ui/gauges/status-tag";
import { useMessageText } from "../messages/use-message-text";

export interface PodLike {
  name: string;
  namespace: string;
  uid: string;
  status: string;
  message: string;
  readyContainers: number;
  containers: number;
  restarts: number;
  node: string;
  ip: string;
  ownerKind: string;
  ownerName: string;
  cpuRequest: number;
  memoryRequest: number;
  createTime: string;
}

export interface PodColumnChoice {
  /** For administrators, who see several namespaces. */
  namespace?: boolean;
  owner?: boolean;
  /** The node; left out on a node's page. */
  node?: boolean;
}

export function usePodColumns({ namespace = false, owner = false, node = true }: PodColumnChoice = {}): Column<PodLike>[] {
  const { t } = useTranslation("objects");
  const why = useMessageText();
  return useMemo(() => {
    const columns: (Column<PodLike> | false)[] = [
      {
        key: "name",
        title: t("columns.name"),
        sort: "name",
        render: (pod) => <LinkTo kind="pods" namespace={pod.namespace} name={pod.name} />,
      },
      namespace && { key: "namespace", title: t("columns.namespace"), sort: "namespace", splits: true, render: (pod) => pod.namespace },
      {
        key: "status",
        title: t("columns.status"),
        sort: "status",
        render: (pod) => <StatusTag status={pod.status} reason={why(pod.message)} />,
      },
      {
        key: "ready",
        title: t("columns.ready"),
        sort: "ready",
        align: "end",
        render: (pod) => `${pod.readyContainers}/${pod.containers}`,
      },
      { key: "restarts", title: t("columns.restarts"), sort: "restarts", align: "end", render: (pod) => pod.restarts },
      node && { key: "node", title: t("columns.node"), sort: "node", render: (pod) => <LinkTo kind="nodes" name={pod.node} /> },
      {
        key: "created",
        title: t("columns.created"),
        sort: "createTime",
        render: (pod) => <RelativeTime time={pod.createTime} />,
      },
      owner && {
        key: "owner",
        title: t("columns.owner"),
        sort: "owner",
        least: namespace,
        hideOnPhone: true,
        render: (pod) => <LinkTo kind={pod.ownerKind} namespace={pod.namespace} name={pod.ownerName} />,
      },
      {
        key: "cpu",
        title: t("columns.cpu"),
        sort: "cpu",
        align: "end",
        render: (pod) => <Quantity value={pod.cpuRequest || null} unit="cpu" />,
      },
      {
        key: "memory",
        title: t("columns.memory"),
        sort: "memory",
        align: "end",
        render: (pod) => <Quantity value={pod.memoryRequest || null} unit="bytes" />,
      },
      { key: "ip", title: t("columns.ip"), sort: "ip", least: namespace, hideOnPhone: true, render: (pod) => pod.ip || "–" },
    ];
    return columns.filter((column) => column !== false);
  }, [t, why, namespace, owner, node]);
}

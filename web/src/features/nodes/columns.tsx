/** The columns and filters of the list of nodes. */
import { useMemo } from "react";

import { useTranslation } from "react-i18next";

import type { Rows } from "../../api/lists";
import { isAdmin, useAccount } from "../../api/session";
import { LinkTo } from "../../ui/link-to";
import { RelativeTime } from "../../ui/relative-time";
import type { Column, Filter } from "../../ui/resource-table/types";
import { StatusTag } from "../../ui/status-tag";
import { UsageBar } from "../../ui/usage-bar";

type Node = Rows["nodes"];

const STATUSES = ["Ready", "NotReady", "Offline", "Autonomous", "SchedulingDisabled"] as const;

export function useFilters(): Filter[] {
  const { t } = useTranslation(["nodes", "ui"]);
  const options = STATUSES.map((value) => ({ value, label: t(`status.${value}`, { ns: "ui" }) }));
  return [{ name: "status", label: t("columns.status"), options }];
}

export function useColumns(): Column<Node>[] {
  const { t } = useTranslation("nodes");
  const admin = isAdmin(useAccount());
  return useMemo(() => {
    const columns: Column<Node>[] = [
      { key: "name", title: t("columns.name"), sort: "name", render: (node) => <LinkTo kind="nodes" name={node.name} /> },
      {
        key: "status",
        title: t("columns.status"),
        sort: "status",
        render: (node) => <StatusTag status={node.status} reason={node.reason} />,
      },
      { key: "role", title: t("columns.role"), sort: "role", render: (node) => t(`roles.${node.role as "edge"}`) },
      {
        key: "pool",
        title: t("columns.pool"),
        sort: "nodePool",
        render: (node) => <LinkTo kind="nodepools" name={node.nodePool} />,
      },
      { key: "ip", title: t("columns.ip"), sort: "ip", render: (node) => node.ip },
      {
        key: "cpu",
        title: t("columns.cpu"),
        sort: "cpu",
        render: ({ details }) => (details ? <UsageBar title={t("columns.cpu")} amounts={details.cpu} unit="cpu" /> : null),
      },
      {
        key: "memory",
        title: t("columns.memory"),
        sort: "memory",
        render: ({ details }) =>
          details ? <UsageBar title={t("columns.memory")} amounts={details.memory} unit="bytes" /> : null,
      },
      { key: "pods", title: t("columns.pods"), sort: "pods", align: "end", render: (node) => node.pods },
      { key: "version", title: t("columns.version"), sort: "kubeletVersion", render: (node) => node.nodeInfo.kubeletVersion },
      {
        key: "created",
        title: t("columns.created"),
        sort: "createTime",
        render: (node) => <RelativeTime time={node.createTime} />,
      },
    ];
    if (admin)
      columns.splice(1, 0, { key: "namespace", title: t("columns.tenant"), sort: "namespace", render: (node) => node.namespace });
    return columns;
  }, [t, admin]);
}

/** Columns and filters of the list of Nodes. */
import { useMemo } from "react";

import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { isAdmin, useAccount } from "../../api/session/queries";
import { LinkTo } from "../../k8s/link-to";
import { RelativeTime } from "../../ui/format/relative-time";
import type { Column, Filter } from "../../ui/list/resource-table/types";
import { UsageBar } from "../../ui/gauges/usage-bar";
import type { UsageBarProps } from "../../ui/gauges/usage-bar";
import { NodeState } from "./node-state";
import type { Node } from "./node-state";
import styles from "./nodes.module.css";
import { ROLES } from "./nodes-search";

const STATUSES = ["Ready", "NotReady", "Offline", "Autonomous", "SchedulingDisabled"] as const;

/** The most pools in the filter; the others are reached by the pool's page. */
const POOLS = 200;

export function useFilters(namespace: string | undefined, chosen: string | undefined): Filter[] {
  const { t } = useTranslation(["nodes", "ui"]);
  const pools = useList("nodepools", { namespace, limit: POOLS }).data?.rows.map(({ name }) => name) ?? [];
  const names = chosen === undefined || pools.includes(chosen) ? pools : [chosen, ...pools];
  return [
    {
      name: "status",
      label: t("columns.status"),
      options: STATUSES.map((value) => ({ value, label: t(`status.${value}`, { ns: "ui" }) })),
    },
    { name: "nodePool", label: t("columns.pool"), options: names.map((value) => ({ value, label: value })) },
    { name: "role", label: t("columns.role"), options: ROLES.map((value) => ({ value, label: t(`roles.${value}`) })) },
  ];
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
        render: (node) => <NodeState node={node} />,
      },
      { key: "role", title: t("columns.role"), sort: "role", render: (node) => t(`roles.${node.role as "edge"}`) },
      {
        key: "pool",
        title: t("columns.pool"),
        sort: "nodePool",
        splits: true,
        render: (node) => <LinkTo kind="nodepools" name={node.nodePool} />,
      },
      { key: "ip", title: t("columns.ip"), sort: "ip", least: admin, render: (node) => node.ip },
      {
        key: "cpu",
        title: t("columns.cpu"),
        sort: "cpu",
        render: ({ details }) => (details ? <Bar title={t("columns.cpu")} amounts={details.cpu} unit="cpu" /> : null),
      },
      {
        key: "memory",
        title: t("columns.memory"),
        sort: "memory",
        render: ({ details }) =>
          details ? <Bar title={t("columns.memory")} amounts={details.memory} unit="bytes" /> : null,
      },
      { key: "pods", title: t("columns.pods"), sort: "pods", align: "end", render: (node) => node.pods },
      { key: "size", title: t("columns.size"), least: true, hideOnPhone: true, render: (node) => node.configuration || "–" },
      { key: "system", title: t("columns.system"), least: true, hideOnPhone: true, render: ({ nodeInfo }) => systemOf(nodeInfo) || "–" },
      { key: "version", title: t("columns.version"), sort: "kubeletVersion", render: (node) => node.nodeInfo.kubeletVersion },
      {
        key: "created",
        title: t("columns.created"),
        sort: "createTime",
        render: (node) => <RelativeTime time={node.createTime} />,
      },
    ];
    if (admin)
      columns.splice(1, 0, { key: "namespace", title: t("columns.tenant"), sort: "namespace", splits: true, render: (node) => node.namespace || "–" });
    return columns;
  }, [t, admin]);
}

/** "linux/arm64", or the known part. */
export function systemOf({ operatingSystem, architecture }: Node["nodeInfo"]): string {
  return [operatingSystem, architecture].filter(Boolean).join("/");
}

function Bar(props: UsageBarProps) {
  return (
    <span className={styles.bars}>
      <UsageBar {...props} />
    </span>
  );
}

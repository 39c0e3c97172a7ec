/** The list of NodePools. */
import { useMemo } from "react";

import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { listPath } from "../../core/navigation/paths";
import { useList } from "../../api/lists";
import type { Rows } from "../../api/lists";
import { isAdmin, useCaller } from "../../api/session/queries";
import { LinkTo } from "../../k8s/link-to";
import { parametersOf } from "../../ui/list/list-search";
import { PageHeader } from "../../ui/layout/page-header";
import { RelativeTime } from "../../ui/format/relative-time";
import { ResourceTable } from "../../ui/list/resource-table/resource-table";
import type { Column, Filter } from "../../ui/list/resource-table/types";
import { EmptyState } from "../../ui/feedback/states";
import { StatusTag } from "../../ui/gauges/status-tag";
import { useListSearch } from "../../ui/list/use-list-search";
import { PoolType } from "./pool-type";

type Pool = Rows["nodepools"];

const STATUSES = ["Ready", "Degraded", "NotReady", "Empty"] as const;

export default function NodePoolsPage() {
  const { t } = useTranslation(["nodepools", "ui"]);
  const admin = isAdmin(useCaller());
  const [search, setSearch] = useListSearch();
  const list = useList("nodepools", parametersOf(search));
  const filters: Filter[] = [
    {
      name: "status",
      label: t("columns.status"),
      options: STATUSES.map((value) => ({ value, label: t(`status.${value}`, { ns: "ui" }) })),
    },
  ];
  return (
    <>
      <PageHeader title={t("title")} />
      <ResourceTable
        label={t("title")}
        columns={useColumns(admin)}
        filters={filters}
        rowKey={(pool) => pool.uid}
        list={list}
        search={search}
        onSearch={setSearch}
        defaultSort="name"
        empty={<EmptyState title={t("empty")} hint={t("emptyHint")} />}
      />
    </>
  );
}

function useColumns(admin: boolean): Column<Pool>[] {
  const { t } = useTranslation("nodepools");
  return useMemo(() => {
    const columns: (Column<Pool> | false)[] = [
      { key: "name", title: t("columns.name"), sort: "name", render: (pool) => <LinkTo kind="nodepools" name={pool.name} /> },
      admin && { key: "namespace", title: t("columns.tenant"), sort: "namespace", splits: true, render: (pool) => pool.namespace || "–" },
      { key: "type", title: t("columns.type"), sort: "type", render: (pool) => <PoolType type={pool.type} /> },
      { key: "status", title: t("columns.status"), sort: "status", render: (pool) => <StatusTag status={pool.status} /> },
      {
        key: "nodes",
        title: t("columns.nodes"),
        sort: "totalNum",
        align: "end",
        render: ({ name, nodeStatus }) => (
          <Link
            to={listPath("nodes")}
            search={{ nodePool: name }}
            aria-label={t("nodesOf", { pool: name, share: `${nodeStatus.healthyNum}/${nodeStatus.totalNum}` })}
          >
            {nodeStatus.healthyNum}/{nodeStatus.totalNum}
          </Link>
        ),
      },
      { key: "os", title: t("columns.os"), render: (pool) => pool.os || "–" },
      { key: "created", title: t("columns.created"), sort: "createTime", render: (pool) => <RelativeTime time={pool.createTime} /> },
    ];
    return columns.filter((column) => column !== false);
  }, [t, admin]);
}

/** Columns of the list of CronJobs. */
import { useMemo } from "react";

import { useTranslation } from "react-i18next";

import type { Rows } from "../../api/lists";
import { Images } from "../../k8s/images";
import { LinkTo } from "../../k8s/link-to";
import { RelativeTime } from "../../ui/format/relative-time";
import type { Column } from "../../ui/list/resource-table/types";
import { StatusTag } from "../../ui/gauges/status-tag";

type CronJob = Rows["cronjobs"];

export function useColumns(namespace: boolean): Column<CronJob>[] {
  const { t } = useTranslation("objects");
  return useMemo(() => {
    const columns: (Column<CronJob> | false)[] = [
      {
        key: "name",
        title: t("columns.name"),
        sort: "name",
        render: (row) => <LinkTo kind="cronjobs" namespace={row.namespace} name={row.name} />,
      },
      namespace && { key: "namespace", title: t("columns.namespace"), sort: "namespace", splits: true, render: (row) => row.namespace },
      { key: "status", title: t("columns.status"), sort: "status", render: (row) => <StatusTag status={row.status} /> },
      { key: "schedule", title: t("columns.schedule"), sort: "schedule", render: (row) => <code>{row.schedule}</code> },
      { key: "active", title: t("columns.active"), align: "end", render: (row) => row.active },
      {
        key: "last",
        title: t("columns.lastRun"),
        sort: "lastScheduleTime",
        render: (row) => <RelativeTime time={row.lastScheduleTime} />,
      },
      { key: "images", title: t("columns.images"), wide: true, render: (row) => <Images images={row.images} /> },
      { key: "created", title: t("columns.created"), sort: "createTime", render: (row) => <RelativeTime time={row.createTime} /> },
    ];
    return columns.filter((column) => column !== false);
  }, [t, namespace]);
}

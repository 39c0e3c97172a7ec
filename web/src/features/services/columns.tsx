/** Columns of the list of Services. */
import { useMemo } from "react";

import { useTranslation } from "react-i18next";

import type { Rows } from "../../api/lists";
import { Labels } from "../../k8s/labels";
import { LinkTo } from "../../k8s/link-to";
import { RelativeTime } from "../../ui/format/relative-time";
import type { Column } from "../../ui/list/resource-table/types";

type Service = Rows["services"];

export function useColumns(namespace: boolean): Column<Service>[] {
  const { t } = useTranslation("objects");
  return useMemo(() => {
    const columns: (Column<Service> | false)[] = [
      {
        key: "name",
        title: t("columns.name"),
        sort: "name",
        render: (row) => <LinkTo kind="services" namespace={row.namespace} name={row.name} />,
      },
      namespace && { key: "namespace", title: t("columns.namespace"), sort: "namespace", splits: true, render: (row) => row.namespace },
      { key: "type", title: t("columns.type"), sort: "type", render: (row) => row.type },
      { key: "ip", title: t("columns.clusterIp"), render: (row) => row.clusterIp || "–" },
      { key: "external", title: t("columns.external"), render: (row) => row.externalAddresses.join(", ") || "–" },
      { key: "ports", title: t("columns.ports"), render: (row) => row.ports.join(", ") || "–" },
      { key: "selector", title: t("selector"), wide: true, render: (row) => <Labels labels={row.selector} limit={2} /> },
      { key: "created", title: t("columns.created"), sort: "createTime", render: (row) => <RelativeTime time={row.createTime} /> },
    ];
    return columns.filter((column) => column !== false);
  }, [t, namespace]);
}

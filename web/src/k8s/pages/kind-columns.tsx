/** The columns of a kind's standard list, from its record. */
import { useMemo } from "react";
import type { ReactNode } from "react";

import { useTranslation } from "react-i18next";

import type { ColumnFormat } from "../../core/kinds/kind-spec";
import { specOf } from "../../core/kinds/kinds";
import type { PagePlural } from "../../core/kinds/kinds";
import { RelativeTime } from "../../ui/format/relative-time";
import { StatusTag } from "../../ui/gauges/status-tag";
import type { Column } from "../../ui/list/resource-table/types";
import { Images } from "../images";
import { Labels } from "../labels";
import { LinkTo } from "../link-to";

/** What every row of a namespaced kind has. */
export interface KindRow {
  name: string;
  namespace: string;
  uid: string;
  createTime: string;
}

/** The title of a column: from the kind's texts, else from those of all objects. */
export function useColumnTitle(plural: PagePlural): (key: string) => string {
  const { t, i18n } = useTranslation("objects");
  return useMemo(
    () => (key) =>
      i18n.exists(`columns.${key}`, { ns: plural })
        ? t(`columns.${key as "name"}`, { ns: plural as "nodes" })
        : t(`columns.${key as "name"}`),
    [t, i18n, plural],
  );
}

export function useKindColumns(plural: PagePlural, namespace: boolean): Column<KindRow>[] {
  const title = useColumnTitle(plural);
  return useMemo(() => {
    const columns: (Column<KindRow> | false)[] = [
      {
        key: "name",
        title: title("name"),
        sort: "name",
        render: ({ namespace: place, name }) => <LinkTo kind={plural} namespace={place} name={name} />,
      },
      namespace && { key: "namespace", title: title("namespace"), sort: "namespace", splits: true, render: (row) => row.namespace },
      ...(specOf(plural).columns ?? []).map(
        ({ key, field, format, sort, wide, hideOnPhone }): Column<KindRow> => ({
          key,
          title: title(key),
          render: (row) => <Cell format={format} value={valueOf(row, field)} />,
          ...(sort === undefined ? {} : { sort }),
          ...(wide ? { wide } : {}),
          ...(hideOnPhone ? { hideOnPhone } : {}),
          ...(format === "number" ? { align: "end" } : {}),
        }),
      ),
      { key: "created", title: title("created"), sort: "createTime", render: (row) => <RelativeTime time={row.createTime} /> },
    ];
    return columns.filter((column) => column !== false);
  }, [plural, namespace, title]);
}

export function valueOf(row: object, field: string): unknown {
  return (row as Record<string, unknown>)[field];
}

export interface CellProps {
  format: ColumnFormat;
  value: unknown;
  /** How many labels or images show before folding. */
  limit?: number;
}

/** A row's value in the format of its column. */
export function Cell({ format, value, limit }: CellProps): ReactNode {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  switch (format) {
    case "text":
      return text || "–";
    case "number":
      return text;
    case "code":
      return <code>{text}</code>;
    case "list":
      return list.map(String).join(", ") || "–";
    case "labels":
      return <Labels labels={Array.isArray(value) ? list.map(String) : text} limit={limit ?? 2} />;
    case "images":
      return <Images images={list as readonly { image: string }[]} limit={limit ?? 1} />;
    case "time":
      return <RelativeTime time={text} />;
    case "status":
      return <StatusTag status={text} />;
  }
}

/** A card with a table of related objects. */
import type { ReactNode } from "react";

import { useTranslation } from "react-i18next";

import { Card } from "../../ui/layout/card";
import { PlainTable } from "../../ui/list/plain-table";
import type { ListQuery, Column } from "../../ui/list/resource-table/types";
import { Skeleton } from "../../ui/feedback/skeleton";
import { ErrorState } from "../../ui/feedback/states";
import styles from "./object.module.css";

export interface RelatedProps<Row> {
  title: string;
  list: ListQuery<Row>;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** The text for no rows. */
  empty: string;
  /** A link to the list of all. */
  all?: ReactNode;
}

export function Related<Row>({ title, list, columns, rowKey, empty, all }: RelatedProps<Row>) {
  const { t } = useTranslation("objects");
  const { data, error } = list;
  const total = data?.total ?? 0;
  return (
    <Card
      title={data === undefined || total === 0 ? title : t("counted", { title, count: total })}
      extra={total > 0 ? all : undefined}
      flush
    >
      {data === undefined ? (
        error === null || error === undefined ? (
          <div className={styles.padded}>
            <Skeleton lines={2} />
          </div>
        ) : (
          <ErrorState error={error} onRetry={() => void list.refetch()} />
        )
      ) : total === 0 ? (
        <p className={styles.nothing}>{empty}</p>
      ) : (
        <PlainTable label={title} columns={columns} rows={data.rows} rowKey={rowKey} />
      )}
    </Card>
  );
}

/** The table of all lists. Paging, sorting, search and filters happen on the server and live in the address. */
import { useTranslation } from "react-i18next";

import { Button } from "antd";

import { narrowing } from "../list-search";
import { Skeleton } from "../../feedback/skeleton";
import { EmptyState, ErrorState } from "../../feedback/states";
import { usePhone } from "../../../core/use-media";
import { Cards } from "./cards";
import { Pages } from "./pages";
import styles from "./resource-table.module.css";
import { Rows } from "./rows";
import { Toolbar } from "./toolbar";
import type { ResourceTableProps } from "./types";

const SKELETON_ROWS = 10;

export function ResourceTable<Row>(props: ResourceTableProps<Row>) {
  const { t } = useTranslation("ui");
  const phone = usePhone();
  const { label, list, search, onSearch, empty } = props;
  const { data, error } = list;
  const retry = () => void list.refetch();
  const Body = phone ? Cards : Rows;
  return (
    <section className={styles.table} aria-label={label} aria-busy={list.isFetching}>
      <Toolbar {...props} />
      {error !== null && error !== undefined && data !== undefined ? (
        <div className={styles.failed}>
          <ErrorState error={error} onRetry={retry} />
        </div>
      ) : null}
      {data === undefined ? (
        error !== null && error !== undefined ? (
          <ErrorState error={error} onRetry={retry} />
        ) : (
          <div className={styles.loading}>
            <Skeleton lines={SKELETON_ROWS} />
          </div>
        )
      ) : data.total === 0 ? (
        narrowing(search).length > 0 ? (
          <EmptyState
            title={t("table.noMatch")}
            hint={t("table.noMatchHint")}
            action={
              <Button onClick={() => onSearch(Object.fromEntries(narrowing(search).map((name) => [name, undefined])))}>
                {t("table.clear")}
              </Button>
            }
          />
        ) : data.hint === "" ? (
          empty
        ) : (
          <EmptyState title={label} hint={data.hint} />
        )
      ) : (
        <div className={list.isPlaceholderData ? styles.old : undefined}>
          <Body {...props} rows={data.rows} />
        </div>
      )}
      <Pages total={data?.total} search={search} onSearch={onSearch} />
    </section>
  );
}

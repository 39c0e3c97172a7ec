/** The pagination below the rows. */
import { Pagination } from "antd";
import { useTranslation } from "react-i18next";

import { DEFAULT_SIZE, SIZES } from "../list-search";
import type { ListSearch } from "../list-search";
import type { ChangeSearch } from "../use-list-search";
import styles from "./resource-table.module.css";

export interface PagesProps {
  /** Undefined while unknown. */
  total: number | undefined;
  search: ListSearch;
  onSearch: ChangeSearch;
}

export function Pages({ total = 0, search, onSearch }: PagesProps) {
  const { t } = useTranslation("ui");
  const { page = 1, size = DEFAULT_SIZE } = search;
  if (total <= SIZES[0]) return null;
  return (
    <nav className={styles.pages} aria-label={t("table.pages")}>
      <Pagination
        size="small"
        current={page}
        pageSize={size}
        total={total}
        showSizeChanger={{ "aria-label": t("table.pageSize") }}
        pageSizeOptions={[...SIZES]}
        showTotal={(all, [from, to]) => t("table.range", { from, to, total: all })}
        onChange={(nextPage, nextSize) =>
          onSearch(
            nextSize === size
              ? { page: nextPage === 1 ? undefined : nextPage }
              : { size: nextSize === DEFAULT_SIZE ? undefined : nextSize, page: undefined },
          )
        }
      />
    </nav>
  );
}

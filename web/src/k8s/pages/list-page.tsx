/** The standard list page of a namespaced kind, from its record. */
import type { ComponentType } from "react";

import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { useNodeCounts } from "../../api/overview";
import { isAdmin, useAccount } from "../../api/session/queries";
import { specOf } from "../../core/kinds/kinds";
import type { NamespacedPlural, PagePlural } from "../../core/kinds/kinds";
import { parametersOf } from "../../ui/list/list-search";
import type { ListSearch } from "../../ui/list/list-search";
import type { Column, Filter, ListQuery } from "../../ui/list/resource-table/types";
import { useStatusFilter } from "../../ui/list/resource-table/use-status-filter";
import { useListSearch } from "../../ui/list/use-list-search";
import type { ChangeSearch } from "../../ui/list/use-list-search";
import { NamespacedList } from "../namespaced-list";
import { useColumnTitle, useKindColumns } from "./kind-columns";
import type { KindRow } from "./kind-columns";

type Plural = PagePlural & NamespacedPlural;

export interface KindListProps<Row> {
  plural: Plural;
  list: ListQuery<Row>;
  columns: readonly Column<Row>[];
  filters?: readonly Filter[];
  search: ListSearch;
  onSearch: ChangeSearch;
}

/** The list page of a namespaced kind with columns of its own. */
export function KindList<Row extends { uid: string }>({ plural, ...table }: KindListProps<Row>) {
  const { t } = useTranslation();
  const counts = useNodeCounts();
  const texts = { ns: plural as "pods" };
  return (
    <NamespacedList
      {...table}
      title={t("title", texts)}
      counts={counts}
      empty={t("empty", texts)}
      first={specOf(plural).firstCommand}
    />
  );
}

export function listPage(plural: PagePlural): ComponentType {
  const { statuses } = specOf(plural);
  return function StandardListPage() {
    const [search, setSearch] = useListSearch();
    const title = useColumnTitle(plural);
    const filters = useStatusFilter(statuses?.values ?? [], title(statuses?.title ?? "status"));
    return (
      <KindList<KindRow>
        plural={plural as Plural}
        list={useList(plural as "services", parametersOf(search))}
        columns={useKindColumns(plural, isAdmin(useAccount()))}
        filters={statuses === undefined ? [] : filters}
        search={search}
        onSearch={setSearch}
      />
    );
  };
}

/** The list of accounts, for administrators. */
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { parametersOf } from "../../ui/list/list-search";
import { PageHeader } from "../../ui/layout/page-header";
import { ResourceTable } from "../../ui/list/resource-table/resource-table";
import { EmptyState } from "../../ui/feedback/states";
import { useListSearch } from "../../ui/list/use-list-search";
import { useColumns, useFilters } from "./columns";

export default function UsersPage() {
  const { t } = useTranslation("users");
  const [search, setSearch] = useListSearch();
  const list = useList("users", parametersOf(search));
  return (
    <>
      <PageHeader title={t("title")} />
      <ResourceTable
        label={t("title")}
        searchHint={t("searchHint")}
        columns={useColumns()}
        filters={useFilters()}
        rowKey={(user) => user.uid}
        list={list}
        search={search}
        onSearch={setSearch}
        defaultSort="-createTime"
        empty={<EmptyState title={t("empty")} hint={t("emptyHint")} />}
      />
    </>
  );
}

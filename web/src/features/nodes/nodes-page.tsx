/** All nodes: what they are, how they do, how full they are. */
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { parametersOf } from "../../ui/list-search";
import { PageHeader } from "../../ui/page-header";
import { ResourceTable } from "../../ui/resource-table/resource-table";
import { EmptyState } from "../../ui/states";
import { useListSearch } from "../../ui/use-list-search";
import { useColumns, useFilters } from "./columns";

export default function NodesPage() {
  const { t } = useTranslation("nodes");
  const [search, setSearch] = useListSearch();
  const list = useList("nodes", { ...parametersOf(search), detail: true });
  return (
    <>
      <PageHeader title={t("title")} />
      <ResourceTable
        label={t("title")}
        columns={useColumns()}
        filters={useFilters()}
        rowKey={(node) => node.uid}
        list={list}
        search={search}
        onSearch={setSearch}
        defaultSort="name"
        empty={<EmptyState title={t("empty")} hint={t("emptyHint")} />}
      />
    </>
  );
}

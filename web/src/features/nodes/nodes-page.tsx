/** The list of Nodes. */
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { isAdmin, useCaller } from "../../api/session/queries";
import { parametersOf } from "../../ui/list/list-search";
import { PageHeader } from "../../ui/layout/page-header";
import { ResourceTable } from "../../ui/list/resource-table/resource-table";
import { EmptyState } from "../../ui/feedback/states";
import { useListSearch } from "../../ui/list/use-list-search";
import { useColumns, useFilters } from "./columns";
import { JoinButton } from "./join-button";
import { readNodesSearch } from "./nodes-search";
import type { NodesSearch } from "./nodes-search";

export default function NodesPage() {
  const { t } = useTranslation("nodes");
  const account = useCaller();
  const admin = isAdmin(account);
  const [search, setSearch] = useListSearch(readNodesSearch);
  // The dialog is no filter.
  const listSearch: NodesSearch = { ...search, join: undefined };
  const { nodePool, role } = listSearch;
  const list = useList("nodes", { ...parametersOf(listSearch), nodePool, role, detail: true });
  // Only tenants have a join script.
  const joining = admin ? null : <JoinButton account={account} />;
  const nothing = list.data?.total === 0 && !list.isPlaceholderData;
  return (
    <>
      <PageHeader title={t("title")} actions={joining} />
      <ResourceTable
        label={t("title")}
        columns={useColumns()}
        filters={useFilters(search.namespace, nodePool)}
        rowKey={(node) => node.uid}
        list={list}
        search={listSearch}
        onSearch={setSearch}
        defaultSort="name"
        empty={
          nothing ? <EmptyState title={t("empty")} hint={admin ? t("emptyAdmin") : t("emptyHint")} /> : null
        }
      />
    </>
  );
}

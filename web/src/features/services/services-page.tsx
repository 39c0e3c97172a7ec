/** The list of Services. */
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { useNodeCounts } from "../../api/overview";
import { isAdmin, useAccount } from "../../api/session/queries";
import { parametersOf } from "../../ui/list/list-search";
import { NamespacedList } from "../../k8s/namespaced-list";
import { useStatusFilter } from "../../ui/list/resource-table/use-status-filter";
import { useListSearch } from "../../ui/list/use-list-search";
import { useColumns } from "./columns";

const STATUSES = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"] as const;
/** The command that creates the first one. */
const FIRST = "kubectl expose deployment web --port=80";

export default function ServicesPage() {
  const { t } = useTranslation("services");
  const [search, setSearch] = useListSearch();
  const list = useList("services", parametersOf(search));
  return (
    <NamespacedList
      title={t("title")}
      counts={useNodeCounts()}
      list={list}
      columns={useColumns(isAdmin(useAccount()))}
      filters={useStatusFilter(STATUSES, t("type"))}
      search={search}
      onSearch={setSearch}
      empty={t("empty")}
      first={FIRST}
    />
  );
}

/** The list of Jobs. */
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { useNodeCounts } from "../../api/overview";
import { isAdmin, useAccount } from "../../api/session/queries";
import { useJobColumns } from "../../k8s/columns/jobs";
import { parametersOf } from "../../ui/list/list-search";
import { NamespacedList } from "../../k8s/namespaced-list";
import { useStatusFilter } from "../../ui/list/resource-table/use-status-filter";
import { useListSearch } from "../../ui/list/use-list-search";

const STATUSES = ["Running", "Complete", "Failed", "Suspended"] as const;
/** The command that creates the first one. */
const FIRST = "kubectl create job hello --image=busybox -- echo hello";

export default function JobsPage() {
  const { t } = useTranslation("jobs");
  const [search, setSearch] = useListSearch();
  const list = useList("jobs", parametersOf(search));
  return (
    <NamespacedList
      title={t("title")}
      counts={useNodeCounts()}
      list={list}
      columns={useJobColumns({ namespace: isAdmin(useAccount()), owner: true })}
      filters={useStatusFilter(STATUSES)}
      search={search}
      onSearch={setSearch}
      empty={t("empty")}
      first={FIRST}
    />
  );
}

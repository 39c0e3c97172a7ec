/** The list of CronJobs. */
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { useNodeCounts } from "../../api/overview";
import { isAdmin, useAccount } from "../../api/session/queries";
import { parametersOf } from "../../ui/list/list-search";
import { NamespacedList } from "../../k8s/namespaced-list";
import { useStatusFilter } from "../../ui/list/resource-table/use-status-filter";
import { useListSearch } from "../../ui/list/use-list-search";
import { useColumns } from "./columns";

const STATUSES = ["Scheduled", "Active", "Failed", "Suspended"] as const;
/** The command that creates the first one. */
const FIRST = "kubectl create cronjob hello --image=busybox --schedule='*/5 * * * *' -- date";

export default function CronJobsPage() {
  const { t } = useTranslation("cronjobs");
  const [search, setSearch] = useListSearch();
  const list = useList("cronjobs", parametersOf(search));
  return (
    <NamespacedList
      title={t("title")}
      counts={useNodeCounts()}
      list={list}
      columns={useColumns(isAdmin(useAccount()))}
      filters={useStatusFilter(STATUSES)}
      search={search}
      onSearch={setSearch}
      empty={t("empty")}
      first={FIRST}
    />
  );
}

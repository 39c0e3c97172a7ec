/** All cron jobs: when they run, and how the last run went. */
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { useNodeCounts } from "../../api/overview";
import { isAdmin, useAccount } from "../../api/session";
import { FirstCommand } from "../../ui/first-command";
import { parametersOf } from "../../ui/list-search";
import { NoNodes } from "../../ui/no-nodes";
import { PageHeader } from "../../ui/page-header";
import { ResourceTable } from "../../ui/resource-table/resource-table";
import { useStatusFilter } from "../../ui/resource-table/use-status-filter";
import { EmptyState } from "../../ui/states";
import { useListSearch } from "../../ui/use-list-search";
import { useColumns } from "./columns";

const STATUSES = ["Scheduled", "Active", "Failed", "Suspended"] as const;
/** What makes the first one. */
const FIRST = "kubectl create cronjob hello --image=busybox --schedule='*/5 * * * *' -- date";

export default function CronJobsPage() {
  const { t } = useTranslation("cronjobs");
  const [search, setSearch] = useListSearch();
  const list = useList("cronjobs", parametersOf(search));
  return (
    <>
      <PageHeader title={t("title")} />
      <NoNodes counts={useNodeCounts()} />
      <ResourceTable
        label={t("title")}
        columns={useColumns(isAdmin(useAccount()))}
        filters={useStatusFilter(STATUSES)}
        rowKey={(row) => row.uid}
        list={list}
        search={search}
        onSearch={setSearch}
        byLabels
        defaultSort="name"
        empty={<EmptyState title={t("empty")} hint={<FirstCommand command={FIRST} />} />}
      />
    </>
  );
}

/** All jobs: how far they are, and how they ended. */
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { useNodeCounts } from "../../api/overview";
import { isAdmin, useAccount } from "../../api/session";
import { useJobColumns } from "../../ui/columns/jobs";
import { FirstCommand } from "../../ui/first-command";
import { parametersOf } from "../../ui/list-search";
import { NoNodes } from "../../ui/no-nodes";
import { PageHeader } from "../../ui/page-header";
import { ResourceTable } from "../../ui/resource-table/resource-table";
import { useStatusFilter } from "../../ui/resource-table/use-status-filter";
import { EmptyState } from "../../ui/states";
import { useListSearch } from "../../ui/use-list-search";

const STATUSES = ["Running", "Complete", "Failed", "Suspended"] as const;
/** What makes the first one. */
const FIRST = "kubectl create job hello --image=busybox -- echo hello";

export default function JobsPage() {
  const { t } = useTranslation("jobs");
  const [search, setSearch] = useListSearch();
  const list = useList("jobs", parametersOf(search));
  return (
    <>
      <PageHeader title={t("title")} />
      <NoNodes counts={useNodeCounts()} />
      <ResourceTable
        label={t("title")}
        columns={useJobColumns({ namespace: isAdmin(useAccount()), owner: true })}
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

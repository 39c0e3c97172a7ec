/** The list of Jobs. */
import { useList } from "../../api/lists";
import { isAdmin, useAccount } from "../../api/session/queries";
import { KINDS } from "../../core/kinds/kinds";
import { useJobColumns } from "../../k8s/columns/jobs";
import { KindList } from "../../k8s/pages/list-page";
import { parametersOf } from "../../ui/list/list-search";
import { useStatusFilter } from "../../ui/list/resource-table/use-status-filter";
import { useListSearch } from "../../ui/list/use-list-search";

export default function JobsPage() {
  const [search, setSearch] = useListSearch();
  return (
    <KindList
      plural="jobs"
      list={useList("jobs", parametersOf(search))}
      columns={useJobColumns({ namespace: isAdmin(useAccount()), owner: true })}
      filters={useStatusFilter(KINDS.jobs.statuses.values)}
      search={search}
      onSearch={setSearch}
    />
  );
}

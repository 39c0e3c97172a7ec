/** The list of a workload kind: how many pods each wants, how many are ready, and why not. */
import type { ComponentType } from "react";

import { useList } from "../../api/lists";
import { isAdmin, useAccount } from "../../api/session/queries";
import { useWorkloadColumns, WORKLOAD_STATES } from "../../k8s/columns/workloads";
import type { WorkloadLike } from "../../k8s/columns/workloads";
import { KindList } from "../../k8s/pages/list-page";
import { parametersOf } from "../../ui/list/list-search";
import { useStatusFilter } from "../../ui/list/resource-table/use-status-filter";
import { useListSearch } from "../../ui/list/use-list-search";
import type { WorkloadPlural } from "./workloads";

export function listPage(plural: WorkloadPlural): ComponentType {
  return function WorkloadsPage() {
    const [search, setSearch] = useListSearch();
    return (
      <KindList<WorkloadLike>
        plural={plural}
        list={useList(plural, parametersOf(search))}
        columns={useWorkloadColumns(plural, isAdmin(useAccount()))}
        filters={useStatusFilter(WORKLOAD_STATES)}
        search={search}
        onSearch={setSearch}
      />
    );
  };
}

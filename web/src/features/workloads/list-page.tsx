/** The list of a workload kind: how many pods each wants, how many are ready, and why not. */
import type { ComponentType } from "react";

import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { useNodeCounts } from "../../api/overview";
import { isAdmin, useAccount } from "../../api/session/queries";
import { useWorkloadColumns, WORKLOAD_STATES } from "../../k8s/columns/workloads";
import { NamespacedList } from "../../k8s/namespaced-list";
import { parametersOf } from "../../ui/list/list-search";
import { useStatusFilter } from "../../ui/list/resource-table/use-status-filter";
import { useListSearch } from "../../ui/list/use-list-search";
import { WORKLOADS } from "./workloads";
import type { WorkloadPlural } from "./workloads";

export function listPage(plural: WorkloadPlural): ComponentType {
  return function WorkloadsPage() {
    const { t } = useTranslation(plural);
    const [search, setSearch] = useListSearch();
    const list = useList(plural, parametersOf(search));
    return (
      <NamespacedList
        title={t("title")}
        counts={useNodeCounts()}
        list={list}
        columns={useWorkloadColumns(plural, isAdmin(useAccount()))}
        filters={useStatusFilter(WORKLOAD_STATES)}
        search={search}
        onSearch={setSearch}
        empty={t("empty")}
        first={WORKLOADS[plural].firstCommand}
      />
    );
  };
}

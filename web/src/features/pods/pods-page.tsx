/** The list of Pods. */
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { isAdmin, useAccount } from "../../api/session/queries";
import { usePodColumns } from "../../k8s/columns/pods";
import { parametersOf } from "../../ui/list/list-search";
import { KindList } from "../../k8s/pages/list-page";
import { useStatusFilter } from "../../ui/list/resource-table/use-status-filter";
import { useListSearch } from "../../ui/list/use-list-search";
import { readPodSearch } from "./pod-search";
import type { PodSearch } from "./pod-search";

/** The most common statuses that kubectl prints. */
const STATUSES = [
  "Running",
  "Pending",
  "ContainerCreating",
  "Completed",
  "CrashLoopBackOff",
  "ImagePullBackOff",
  "ErrImagePull",
  "Error",
  "OOMKilled",
  "Evicted",
  "Terminating",
  "Unknown",
] as const;
export default function PodsPage() {
  const { t } = useTranslation("objects");
  const [search, setSearch] = useListSearch<PodSearch>(readPodSearch);
  const { node, owner } = search;
  const list = useList("pods", { ...parametersOf(search), node, owner });
  // Filters that come with a link; here they can only be cleared.
  const linked = [
    { name: "node", label: t("columns.node"), value: node },
    { name: "owner", label: t("columns.owner"), value: owner },
  ].flatMap(({ name, label, value }) => (value === undefined ? [] : [{ name, label, options: [{ value, label: value }] }]));
  return (
    <KindList
      plural="pods"
      list={list}
      columns={usePodColumns({ namespace: isAdmin(useAccount()), owner: true })}
      filters={[...useStatusFilter(STATUSES), ...linked]}
      search={search}
      onSearch={setSearch}
    />
  );
}

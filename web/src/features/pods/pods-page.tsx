/** The list of Pods. */
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { useNodeCounts } from "../../api/overview";
import { isAdmin, useAccount } from "../../api/session/queries";
import { usePodColumns } from "../../k8s/columns/pods";
import { parametersOf } from "../../ui/list/list-search";
import { NamespacedList } from "../../k8s/namespaced-list";
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
/** The command that creates the first one. */
const FIRST = "kubectl run web --image=nginx";

export default function PodsPage() {
  const { t } = useTranslation(["pods", "objects"]);
  const [search, setSearch] = useListSearch<PodSearch>(readPodSearch);
  const { node, owner } = search;
  const list = useList("pods", { ...parametersOf(search), node, owner });
  // Filters that come with a link; here they can only be cleared.
  const linked = [
    { name: "node", label: t("objects:columns.node"), value: node },
    { name: "owner", label: t("objects:columns.owner"), value: owner },
  ].flatMap(({ name, label, value }) => (value === undefined ? [] : [{ name, label, options: [{ value, label: value }] }]));
  return (
    <NamespacedList
      title={t("title")}
      counts={useNodeCounts()}
      list={list}
      columns={usePodColumns({ namespace: isAdmin(useAccount()), owner: true })}
      filters={[...useStatusFilter(STATUSES), ...linked]}
      search={search}
      onSearch={setSearch}
      empty={t("empty")}
      first={FIRST}
    />
  );
}

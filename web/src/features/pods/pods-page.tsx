/** All pods: how they do and why, where they run, whose they are. */
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { useNodeCounts } from "../../api/overview";
import { isAdmin, useAccount } from "../../api/session";
import { usePodColumns } from "../../ui/columns/pods";
import { FirstCommand } from "../../ui/first-command";
import { parametersOf } from "../../ui/list-search";
import { NoNodes } from "../../ui/no-nodes";
import { PageHeader } from "../../ui/page-header";
import { ResourceTable } from "../../ui/resource-table/resource-table";
import { useStatusFilter } from "../../ui/resource-table/use-status-filter";
import { EmptyState } from "../../ui/states";
import { useListSearch } from "../../ui/use-list-search";
import { readPodSearch } from "./pod-search";
import type { PodSearch } from "./pod-search";

/** What kubectl prints most often. */
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
/** What makes the first one. */
const FIRST = "kubectl run web --image=nginx";

export default function PodsPage() {
  const { t } = useTranslation(["pods", "objects"]);
  const [search, setSearch] = useListSearch<PodSearch>(readPodSearch);
  const { node, owner } = search;
  const list = useList("pods", { ...parametersOf(search), node, owner });
  // These come with a link; they can be taken away here.
  const linked = [
    { name: "node", label: t("objects:columns.node"), value: node },
    { name: "owner", label: t("objects:columns.owner"), value: owner },
  ].flatMap(({ name, label, value }) => (value === undefined ? [] : [{ name, label, options: [{ value, label: value }] }]));
  return (
    <>
      <PageHeader title={t("title")} />
      <NoNodes counts={useNodeCounts()} />
      <ResourceTable
        label={t("title")}
        columns={usePodColumns({ namespace: isAdmin(useAccount()), owner: true })}
        filters={[...useStatusFilter(STATUSES), ...linked]}
        rowKey={(pod) => pod.uid}
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

/** The list of Events, newest first. */
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { useNodeCounts } from "../../api/overview";
import { isAdmin, useAccount } from "../../api/session/queries";
import { useEventColumns } from "../../k8s/columns/events";
import { parametersOf } from "../../ui/list/list-search";
import { NoNodes } from "../../k8s/no-nodes";
import { PageHeader } from "../../ui/layout/page-header";
import { ResourceTable } from "../../ui/list/resource-table/resource-table";
import type { Filter } from "../../ui/list/resource-table/types";
import { useStatusFilter } from "../../ui/list/resource-table/use-status-filter";
import { EmptyState } from "../../ui/feedback/states";
import { useListSearch } from "../../ui/list/use-list-search";
import { readEventSearch } from "./event-search";
import type { EventSearch } from "./event-search";

const TYPES = ["Normal", "Warning"] as const;
const KINDS = [
  "Node",
  "NodePool",
  "Pod",
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "Service",
];

export default function EventsPage() {
  const { t } = useTranslation("events");
  const [search, setSearch] = useListSearch<EventSearch>(readEventSearch);
  const { kind, name } = search;
  const list = useList("events", { ...parametersOf(search), kind, name });
  const filters: Filter[] = [
    ...useStatusFilter(TYPES, t("type")),
    {
      name: "kind",
      label: t("kind"),
      options: [...KINDS, ...(kind === undefined || KINDS.includes(kind) ? [] : [kind])].map((value) => ({ value, label: value })),
    },
    ...(name === undefined ? [] : [{ name: "name", label: t("object"), options: [{ value: name, label: name }] }]),
  ];
  return (
    <>
      <PageHeader title={t("title")} />
      <NoNodes counts={useNodeCounts()} />
      <ResourceTable
        label={t("title")}
        columns={useEventColumns({ object: true, namespace: isAdmin(useAccount()) })}
        filters={filters}
        rowKey={(event) => event.uid}
        list={list}
        search={search}
        onSearch={setSearch}
        defaultSort="-lastTime"
        empty={<EmptyState title={t("empty")} hint={t("emptyHint")} />}
      />
    </>
  );
}

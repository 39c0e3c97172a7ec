/** All daemon sets: how many pods they want, how many are ready, and why not. */
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { useNodeCounts } from "../../api/overview";
import { isAdmin, useAccount } from "../../api/session";
import { useWorkloadColumns } from "../../ui/columns/workloads";
import { FirstCommand } from "../../ui/first-command";
import { parametersOf } from "../../ui/list-search";
import { NoNodes } from "../../ui/no-nodes";
import { PageHeader } from "../../ui/page-header";
import { ResourceTable } from "../../ui/resource-table/resource-table";
import { useStatusFilter } from "../../ui/resource-table/use-status-filter";
import { EmptyState } from "../../ui/states";
import { useListSearch } from "../../ui/use-list-search";

const STATES = ["Ready", "Updating", "Degraded", "NotReady"] as const;
/** What makes the first one. */
const FIRST = `kubectl apply -f - <<'EOF'
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: web
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: nginx
EOF`;

export default function DaemonSetsPage() {
  const { t } = useTranslation("daemonsets");
  const [search, setSearch] = useListSearch();
  const list = useList("daemonsets", parametersOf(search));
  return (
    <>
      <PageHeader title={t("title")} />
      <NoNodes counts={useNodeCounts()} />
      <ResourceTable
        label={t("title")}
        columns={useWorkloadColumns("daemonsets", isAdmin(useAccount()))}
        filters={useStatusFilter(STATES)}
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

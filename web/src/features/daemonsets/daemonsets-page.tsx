/** All daemon sets: how many pods they want, how many are ready, and why not. */
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { useNodeCounts } from "../../api/overview";
import { isAdmin, useAccount } from "../../api/session/queries";
import { useWorkloadColumns, WORKLOAD_STATES } from "../../k8s/columns/workloads";
import { parametersOf } from "../../ui/list/list-search";
import { NamespacedList } from "../../k8s/namespaced-list";
import { useStatusFilter } from "../../ui/list/resource-table/use-status-filter";
import { useListSearch } from "../../ui/list/use-list-search";

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
    <NamespacedList
      title={t("title")}
      counts={useNodeCounts()}
      list={list}
      columns={useWorkloadColumns("daemonsets", isAdmin(useAccount()))}
      filters={useStatusFilter(WORKLOAD_STATES)}
      search={search}
      onSearch={setSearch}
      empty={t("empty")}
      first={FIRST}
    />
  );
}

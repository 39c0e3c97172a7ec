/** The card of a Pod's containers: state, last state, restarts. */
import { useTranslation } from "react-i18next";

import { Card } from "../../ui/layout/card";
import { useContainerColumns } from "../../k8s/object/containers";
import type { Container, ContainerState, ContainerStatus, KubernetesObject } from "../../k8s/object/kubernetes";
import { stateOf } from "../../k8s/object/kubernetes";
import { PlainTable } from "../../ui/list/plain-table";
import { RelativeTime } from "../../ui/format/relative-time";
import type { Column } from "../../ui/list/resource-table/types";
import { StatusTag } from "../../ui/gauges/status-tag";
import { useMessageText } from "../../k8s/messages/use-message-text";

interface ContainerRow extends Container {
  status: ContainerStatus | undefined;
  init: boolean;
}

export function ContainerStates({ pod }: { pod: KubernetesObject | undefined }) {
  const { t } = useTranslation(["pods", "objects"]);
  const { name, image, cpu, memory, ports, command } = useContainerColumns();
  const { spec, status } = pod ?? {};
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const of = (containers: readonly Container[] | undefined, init: boolean): ContainerRow[] =>
    (containers ?? []).map((one) => ({ ...one, init, status: statuses.find((each) => each.name === one.name) }));
  const rows = [...of(spec?.initContainers, true), ...of(spec?.containers, false)];
  if (rows.length === 0) return null;
  const columns: Column<ContainerRow>[] = [
    { ...name, render: (row) => (row.init ? t("initContainer", { name: row.name }) : row.name) },
    { key: "state", title: t("state"), wide: true, render: (row) => <State state={row.status?.state} /> },
    {
      key: "ready",
      title: t("objects:columns.ready"),
      render: (row) => t(row.status?.ready ? "objects:condition.yes" : "objects:condition.no"),
    },
    {
      key: "restarts",
      title: t("objects:columns.restarts"),
      align: "end",
      render: (row) => row.status?.restartCount ?? 0,
    },
    {
      key: "last",
      title: t("lastState"),
      wide: true,
      render: (row) =>
        row.status?.lastState && Object.keys(row.status.lastState).length > 0 ? <State state={row.status.lastState} /> : "–",
    },
    image,
    cpu,
    memory,
    ports,
    command,
  ];
  return (
    <Card title={t("objects:containers")} flush>
      <PlainTable label={t("objects:containers")} columns={columns} rows={rows} rowKey={(row) => row.name} />
    </Card>
  );
}

function State({ state }: { state: ContainerState | undefined }) {
  const { t } = useTranslation("pods");
  const why = useMessageText();
  const { word, why: message, since } = stateOf(state);
  const code = state?.terminated?.exitCode ?? 0;
  return (
    <>
      <StatusTag status={word} reason={why(message)} />{" "}
      {code === 0 ? null : <span>{t("exitCode", { code })}</span>}
      {code === 0 || since === "" ? null : " · "}
      {since === "" ? null : <RelativeTime time={since} />}
    </>
  );
}

/** A pod's containers: what they do now, what they did before, and how often they began anew. */
import { useTranslation } from "react-i18next";

import { Card } from "../../ui/layout/card";
import { useContainerColumns } from "../../k8s/object/containers";
import type { Container, ContainerState, ContainerStatus, KubernetesObject } from "../../k8s/object/kubernetes";
import { stateOf } from "../../k8s/object/kubernetes";
import { PlainTable } from "../../ui/list/plain-table";
import { RelativeTime } from "../../ui/format/relative-time";
import type { Column } from "../../ui/list/resource-table/types";
import { StatusTag } from "../../ui/gauges/status-tag";
import { useWhy } from "../../k8s/messages/use-message-text";

interface Told extends Container {
  told: ContainerStatus | undefined;
  init: boolean;
}

export function ContainerStates({ pod }: { pod: KubernetesObject | undefined }) {
  const { t } = useTranslation(["pods", "objects"]);
  const { name, image, cpu, memory, ports, command } = useContainerColumns();
  const { spec, status } = pod ?? {};
  const told = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const of = (containers: readonly Container[] | undefined, init: boolean): Told[] =>
    (containers ?? []).map((one) => ({ ...one, init, told: told.find((each) => each.name === one.name) }));
  const rows = [...of(spec?.initContainers, true), ...of(spec?.containers, false)];
  if (rows.length === 0) return null;
  const columns: Column<Told>[] = [
    { ...name, render: (row) => (row.init ? t("initContainer", { name: row.name }) : row.name) },
    { key: "state", title: t("state"), wide: true, render: (row) => <State state={row.told?.state} /> },
    {
      key: "ready",
      title: t("objects:columns.ready"),
      render: (row) => t(row.told?.ready ? "objects:condition.yes" : "objects:condition.no"),
    },
    {
      key: "restarts",
      title: t("objects:columns.restarts"),
      align: "end",
      render: (row) => row.told?.restartCount ?? 0,
    },
    {
      key: "last",
      title: t("lastState"),
      wide: true,
      render: (row) =>
        row.told?.lastState && Object.keys(row.told.lastState).length > 0 ? <State state={row.told.lastState} /> : "–",
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
  const why = useWhy();
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

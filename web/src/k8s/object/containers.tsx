/** The containers that a workload's pods are made of. */
import { useTranslation } from "react-i18next";

import { Card } from "../../ui/layout/card";
import { PlainTable } from "../../ui/list/plain-table";
import type { Column } from "../../ui/list/resource-table/types";
import type { Container, PodSpec } from "./kubernetes";
import styles from "./object.module.css";

/** Request and limit as text: "250m / 1". */
export function resourceText({ resources }: Container, resource: "cpu" | "memory"): string {
  const { requests, limits } = resources ?? {};
  const [request, limit] = [requests?.[resource], limits?.[resource]];
  return request === undefined && limit === undefined ? "–" : `${request ?? "–"} / ${limit ?? "–"}`;
}

export function portsText({ ports }: Container): string {
  return (ports ?? []).map(({ containerPort, protocol = "TCP" }) => `${containerPort}/${protocol}`).join(", ");
}

/** Columns that containers of workloads and of pods share. */
export function useContainerColumns(): Record<"name" | "image" | "cpu" | "memory" | "ports" | "command", Column<Container>> {
  const { t } = useTranslation("objects");
  return {
    name: { key: "name", title: t("container.name"), render: ({ name }) => name },
    image: { key: "image", title: t("container.image"), wide: true, splits: true, render: ({ image }) => <code title={image}>{image}</code> },
    cpu: { key: "cpu", title: t("container.cpu"), render: (container) => resourceText(container, "cpu") },
    memory: { key: "memory", title: t("container.memory"), render: (container) => resourceText(container, "memory") },
    ports: { key: "ports", title: t("container.ports"), render: (container) => portsText(container) || "–" },
    command: {
      key: "command",
      title: t("container.command"),
      wide: true,
      render: ({ command = [], args = [] }) =>
        command.length + args.length === 0 ? "–" : <code className={styles.wrapped}>{[...command, ...args].join(" ")}</code>,
    },
  };
}

export function Containers({ spec }: { spec: PodSpec | undefined }) {
  const { t } = useTranslation("objects");
  const { name, image, cpu, memory, ports, command } = useContainerColumns();
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  if (all.length === 0) return null;
  return (
    <Card title={t("containers")} flush>
      <PlainTable
        label={t("containers")}
        columns={[name, image, cpu, memory, ports, command]}
        rows={all}
        rowKey={(container) => container.name}
      />
    </Card>
  );
}

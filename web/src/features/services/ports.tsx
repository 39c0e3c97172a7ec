/** The card of a Service's ports. */
import { useTranslation } from "react-i18next";

import { Card } from "../../ui/layout/card";
import type { ServicePort } from "../../k8s/object/kubernetes";
import { PlainTable } from "../../ui/list/plain-table";
import type { Column } from "../../ui/list/resource-table/types";

export function Ports({ ports }: { ports: readonly ServicePort[] | undefined }) {
  const { t } = useTranslation(["services", "objects"]);
  if (ports === undefined || ports.length === 0) return null;
  const columns: Column<ServicePort>[] = [
    { key: "name", title: t("objects:columns.name"), render: ({ name }) => name ?? "–" },
    { key: "port", title: t("port"), render: ({ port, protocol = "TCP" }) => `${port}/${protocol}` },
    { key: "target", title: t("targetPort"), render: ({ port, targetPort }) => targetPort ?? port },
    { key: "node", title: t("nodePort"), render: ({ nodePort }) => nodePort ?? "–" },
  ];
  return (
    <Card title={t("objects:columns.ports")} flush>
      <PlainTable
        label={t("objects:columns.ports")}
        columns={columns}
        rows={ports}
        rowKey={({ port, protocol = "TCP" }) => `${port}/${protocol}`}
      />
    </Card>
  );
}

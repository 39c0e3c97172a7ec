/** The card of capacity: allocatable, requests, limits and usage of all nodes together. */
import { useTranslation } from "react-i18next";

import type { Overview } from "../../api/overview";
import { Card } from "../../ui/layout/card";
import { ResourceUsage } from "../../ui/gauges/resource-usage";
import usage from "../../ui/gauges/resource-usage.module.css";
import styles from "./capacity.module.css";

export function CapacityCard({ capacity, nodes }: { capacity: Overview["capacity"]; nodes: number }) {
  const { t } = useTranslation("overview");
  const { cpu, memory, pods, measuredNodes } = capacity;
  const silent = nodes - measuredNodes;
  return (
    <Card title={t("capacity.title")}>
      <div className={usage.resources}>
        <ResourceUsage title={t("capacity.cpu")} amounts={cpu} unit="cpu" />
        <ResourceUsage title={t("capacity.memory")} amounts={memory} unit="bytes" />
      </div>
      <p className={styles.note}>
        {t("capacity.pods", { num: pods.num, allocatable: pods.allocatable })}
        {silent > 0 && nodes > 0 ? ` ${measuredNodes === 0 ? t("capacity.unmeasured") : t("capacity.silent", { count: silent })}` : ""}
      </p>
    </Card>
  );
}

/** The cards of a node's taints and images, and its autonomy as text. */
import { useTranslation } from "react-i18next";

import { Card } from "../../ui/layout/card";
import type { KubernetesObject } from "../../k8s/object/kubernetes";
import { PlainTable } from "../../ui/list/plain-table";
import { Quantity } from "../../ui/format/quantity";
import type { Column } from "../../ui/list/resource-table/types";
import { spaced } from "../../ui/format/times";

export interface NodeImage {
  names?: readonly string[];
  sizeBytes?: number;
}

export type NodeObject = KubernetesObject & { status?: { images?: readonly NodeImage[] } };

interface Taint {
  key: string;
  value?: string;
  effect: string;
}

export function Autonomy({ autonomy }: { autonomy: string }) {
  const { t, i18n } = useTranslation("nodes");
  if (autonomy === "") return t("part.autonomyNone");
  if (autonomy === "unlimited") return t("part.autonomyUnlimited");
  return t("part.autonomyFor", { duration: durationText(Number.parseFloat(autonomy), i18n.language) });
}

/** "3 hours", "90 minutes": in the largest unit that divides it. */
export function durationText(seconds: number, language: string): string {
  const [size, unit] = (
    [
      [86_400, "day"],
      [3600, "hour"],
      [60, "minute"],
    ] as const
  ).find(([length]) => seconds >= length && seconds % length === 0) ?? [1, "second"];
  return spaced(new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(seconds / size));
}

export function NodeTaints({ taints }: { taints: readonly Taint[] | undefined }) {
  const { t } = useTranslation("nodes");
  if (taints === undefined || taints.length === 0) return null;
  const columns: Column<Taint>[] = [
    { key: "key", title: t("taint.key"), render: ({ key }) => <code>{key}</code> },
    { key: "value", title: t("taint.value"), render: ({ value }) => value || "–" },
    { key: "effect", title: t("taint.effect"), render: ({ effect }) => effect },
  ];
  return (
    <Card title={t("taint.title")} flush>
      <PlainTable label={t("taint.title")} columns={columns} rows={taints} rowKey={({ key, effect }) => `${key}:${effect}`} />
    </Card>
  );
}

export function NodeImages({ images = [] }: { images: readonly NodeImage[] | undefined }) {
  const { t } = useTranslation("nodes");
  if (images.length === 0) return null;
  const columns: Column<NodeImage>[] = [
    { key: "name", title: t("image.name"), render: (image) => <code title={image.names?.join("\n")}>{nameOf(image)}</code> },
    { key: "size", title: t("image.size"), align: "end", render: ({ sizeBytes }) => <Quantity value={sizeBytes} unit="bytes" /> },
  ];
  return (
    <Card title={t("image.title", { count: images.length })} flush>
      <PlainTable label={t("image.title", { count: images.length })} columns={columns} rows={images} rowKey={nameOf} />
    </Card>
  );
}

/** The image's name with a tag, else with a digest. */
function nameOf({ names = [] }: NodeImage): string {
  return names.find((name) => !name.includes("@")) ?? names[0] ?? "–";
}

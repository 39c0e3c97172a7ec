/** A filter by status, labelled like the status tags. */
import { useTranslation } from "react-i18next";

import type { Filter } from "./types";

export function useStatusFilter(values: readonly string[], label?: string): Filter[] {
  const { t, i18n } = useTranslation("ui");
  const options = values.map((value) => ({
    value,
    label: i18n.exists(`status.${value}`, { ns: "ui" }) ? t(`status.${value as "Ready"}`) : value,
  }));
  return [{ name: "status", label: label ?? t("table.status"), options }];
}

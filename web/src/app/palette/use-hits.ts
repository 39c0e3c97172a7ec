/** The palette's results: pages and commands by their names, objects by the API's search. */
import { useDeferredValue } from "react";

import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { listOptions } from "../../api/lists";
import type { Noun } from "../../api/lists";
import { addressOf } from "../../k8s/addresses";
import type { Feature } from "../../core/feature";
import { useTitle } from "../shell/navigation";

/** A page to navigate to, or a command to run. */
export type Hit = ({ address: string } | { show: () => void }) & {
  name: string;
  /** Its type and namespace. */
  where: string;
};

/** Objects per kind. */
const EACH = 4;
/** The least number of letters for a search of objects. */
const ENOUGH = 2;

export function useHits(features: readonly Feature[], onHelp: () => void, q: string): { hits: Hit[]; searching: boolean } {
  const { t } = useTranslation("app");
  const title = useTitle();
  // Pages match at once, for typing followed by Enter; objects follow after the deferred value.
  const deferred = useDeferredValue(q);
  const needle = q.toLowerCase();
  const pages = features.flatMap((feature): Hit[] =>
    feature.entry !== undefined && `${title(feature)} ${feature.name}`.toLowerCase().includes(needle)
      ? [{ address: feature.entry.path, name: title(feature), where: t("palette.pages") }]
      : [],
  );
  const keyboard = t("keyboard.title");
  const help: Hit[] = `${keyboard} ?`.toLowerCase().includes(needle)
    ? [{ show: onHelp, name: keyboard, where: t("palette.help") }]
    : [];
  const searchable = features.filter((feature) => feature.noun !== undefined);
  const found = useQueries({
    queries: searchable.map((feature) => ({
      ...listOptions(feature.noun as Noun, { q: deferred, limit: EACH }),
      enabled: deferred.length >= ENOUGH,
      placeholderData: undefined,
    })),
  });
  const objects = found.flatMap(({ data }, index) => {
    const feature = searchable[index];
    if (feature === undefined || data === undefined || deferred !== q || q.length < ENOUGH) return [];
    return data.rows.flatMap((row): Hit[] => {
      const namespace = "namespace" in row ? row.namespace : "";
      const address = addressOf(feature.noun ?? "", row.name, namespace);
      if (address === undefined) return [];
      return [{ address, name: row.name, where: [title(feature), namespace].filter(Boolean).join(" · ") }];
    });
  });
  return { hits: [...pages, ...help, ...objects], searching: deferred !== q || found.some(({ isFetching }) => isFetching) };
}

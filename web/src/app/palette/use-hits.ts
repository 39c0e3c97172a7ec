/** The palette's results: pages and commands by their names, objects by the API's search. */
import { useDeferredValue } from "react";

import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { listOptions } from "../../api/lists";
import { usePageCommands } from "../../core/actions";
import { objectPath } from "../../core/navigation/paths";
import type { Path } from "../../core/navigation/paths";
import type { Feature } from "../../core/feature";
import { useTitle } from "../shell/navigation";

/** A page to navigate to, or a command to run: an action on the page's object, or the help. */
export type Hit = ({ path: Path } | { run: () => void }) & {
  /** Unique among the hits. */
  key: string;
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
    feature.entry !== undefined && `${title(feature.name)} ${feature.name}`.toLowerCase().includes(needle)
      ? [{ key: feature.entry.path, path: feature.entry.path, name: title(feature.name), where: t("palette.pages") }]
      : [],
  );
  const keyboard = t("keyboard.title");
  const help: Hit[] = `${keyboard} ?`.toLowerCase().includes(needle)
    ? [{ key: "help", run: onHelp, name: keyboard, where: t("palette.help") }]
    : [];
  const commands = usePageCommands().flatMap(({ key, label, about, start }): Hit[] =>
    `${label} ${about}`.toLowerCase().includes(needle)
      ? [{ key: `action ${key}`, run: start, name: label, where: `${t("palette.actions")} · ${about}` }]
      : [],
  );
  const searchable = features.flatMap(({ searches }) => searches ?? []);
  const found = useQueries({
    queries: searchable.map((plural) => ({
      ...listOptions(plural, { q: deferred, limit: EACH }),
      enabled: deferred.length >= ENOUGH,
      placeholderData: undefined,
    })),
  });
  const objects = found.flatMap(({ data }, index) => {
    const plural = searchable[index];
    if (plural === undefined || data === undefined || deferred !== q || q.length < ENOUGH) return [];
    return data.rows.flatMap((row): Hit[] => {
      const namespace = "namespace" in row ? row.namespace : "";
      const path = objectPath(plural, row.name, namespace);
      if (path === undefined) return [];
      return [{ key: path, path, name: row.name, where: [title(plural), namespace].filter(Boolean).join(" · ") }];
    });
  });
  return { hits: [...commands, ...pages, ...help, ...objects], searching: deferred !== q || found.some(({ isFetching }) => isFetching) };
}

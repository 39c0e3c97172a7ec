/** What the palette finds: pages and the help by their names, objects by the console's own search. */
import { useDeferredValue } from "react";

import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { listOptions } from "../../api/lists";
import type { Noun } from "../../api/lists";
import { addressOf } from "../../k8s/addresses";
import type { Feature } from "../../core/feature";
import { useTitle } from "../shell/navigation";

/** A page to go to, or a dialog to show. */
export type Hit = ({ address: string } | { show: () => void }) & {
  name: string;
  /** What it is, and in which namespace. */
  where: string;
};

/** Objects a noun. */
const EACH = 4;
/** Letters from which on objects are looked for. */
const ENOUGH = 2;

export function useHits(features: readonly Feature[], onHelp: () => void, q: string): { hits: Hit[]; searching: boolean } {
  const { t } = useTranslation("app");
  const title = useTitle();
  // Who types and presses Enter at once means what was typed: objects come a moment later, pages never do.
  const asked = useDeferredValue(q);
  const wanted = q.toLowerCase();
  const pages = features.flatMap((feature): Hit[] =>
    feature.entry !== undefined && `${title(feature)} ${feature.name}`.toLowerCase().includes(wanted)
      ? [{ address: feature.entry.path, name: title(feature), where: t("palette.pages") }]
      : [],
  );
  const keyboard = t("keyboard.title");
  const help: Hit[] = `${keyboard} ?`.toLowerCase().includes(wanted)
    ? [{ show: onHelp, name: keyboard, where: t("palette.help") }]
    : [];
  const nouns = features.filter((feature) => feature.noun !== undefined);
  const found = useQueries({
    queries: nouns.map((feature) => ({
      ...listOptions(feature.noun as Noun, { q: asked, limit: EACH }),
      enabled: asked.length >= ENOUGH,
      placeholderData: undefined,
    })),
  });
  const objects = found.flatMap(({ data }, index) => {
    const feature = nouns[index];
    if (feature === undefined || data === undefined || asked !== q || q.length < ENOUGH) return [];
    return data.rows.flatMap((row): Hit[] => {
      const namespace = "namespace" in row ? row.namespace : "";
      const address = addressOf(feature.noun ?? "", row.name, namespace);
      if (address === undefined) return [];
      return [{ address, name: row.name, where: [title(feature), namespace].filter(Boolean).join(" · ") }];
    });
  });
  return { hits: [...pages, ...help, ...objects], searching: asked !== q || found.some(({ isFetching }) => isFetching) };
}

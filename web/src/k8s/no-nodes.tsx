/** Why everything is Pending: there is no node that pods could run on. Nothing while there is one. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Notice } from "../ui/feedback/notice";

export interface NoNodesProps {
  /** How many nodes there are, and how many of them are Ready; undefined while that is not known. */
  counts: { total: number; healthy: number } | undefined;
}

export function NoNodes({ counts }: NoNodesProps) {
  const { t } = useTranslation("ui");
  if (counts === undefined || counts.healthy > 0) return null;
  const words = counts.total === 0 ? "none" : "down";
  return (
    <Notice
      tone="warn"
      title={t(`noNodes.${words}`, { count: counts.total })}
      action={<Link to="/nodes">{t(`noNodes.${words}Action`)}</Link>}
    >
      {t(`noNodes.${words}Hint`)}
    </Notice>
  );
}

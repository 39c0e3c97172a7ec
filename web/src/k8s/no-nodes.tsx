/** A notice that no node is ready, so pods stay Pending. Renders nothing while a node is ready. */
import { useTranslation } from "react-i18next";

import { Link } from "../core/navigation/link";
import { listPath } from "../core/navigation/paths";
import { Notice } from "../ui/feedback/notice";

export interface NoNodesProps {
  /** How many nodes there are, and how many of them are Ready; undefined while unknown. */
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
      action={<Link to={listPath("nodes")}>{t(`noNodes.${words}Action`)}</Link>}
    >
      {t(`noNodes.${words}Hint`)}
    </Notice>
  );
}

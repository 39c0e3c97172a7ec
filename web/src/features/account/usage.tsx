/** Nodes used of allowed, and the namespace's quotas. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import type { Account } from "../../api/session";
import { Card } from "../../ui/card";
import { Meter } from "../../ui/meter";
import page from "../../ui/page.module.css";
import { Quota } from "../../ui/quota";
import { Skeleton } from "../../ui/skeleton";
import { ErrorState } from "../../ui/states";

export function Usage({ account }: { account: Account }) {
  const { t } = useTranslation("account");
  const { data, error, refetch } = useList("resourcequotas", { namespace: account.spec.namespace });
  const limits = data?.rows.flatMap((row) => row.limits);
  const words = { used: account.status.nodeNum, hard: account.spec.maxNodeNum };
  return (
    <Card title={t("usage.title")} extra={<Link to="/nodes">{t("usage.allNodes")}</Link>}>
      <div className={page.stack}>
        <Meter title={t("usage.nodes")} {...words} text={t("usage.of", words)} />
        {limits === undefined ? (
          error === null ? (
            <Skeleton lines={2} height={32} />
          ) : (
            <ErrorState error={error} onRetry={() => void refetch()} />
          )
        ) : limits.length === 0 ? (
          <p className={page.muted}>{t("usage.noQuota")}</p>
        ) : (
          <Quota limits={limits} />
        )}
      </div>
    </Card>
  );
}

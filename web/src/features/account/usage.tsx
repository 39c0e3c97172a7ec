/** The card of used nodes and the namespace's quotas. */
import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { listPath } from "../../core/navigation/paths";
import { useList } from "../../api/lists";
import type { Account } from "../../api/session/queries";
import { Card } from "../../ui/layout/card";
import { Meter } from "../../ui/gauges/meter";
import page from "../../ui/layout/page.module.css";
import { Quota } from "../../k8s/quota";
import { Skeleton } from "../../ui/feedback/skeleton";
import { ErrorState } from "../../ui/feedback/states";

export function Usage({ account }: { account: Account }) {
  const { t } = useTranslation("account");
  const { data, error, refetch } = useList("resourcequotas", { namespace: account.spec.namespace });
  const limits = data?.rows.flatMap((row) => row.limits);
  const words = { used: account.status.nodeNum, hard: account.spec.maxNodeNum };
  return (
    <Card title={t("usage.title")} extra={<Link to={listPath("nodes")}>{t("usage.allNodes")}</Link>}>
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

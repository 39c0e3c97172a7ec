/** The home page: health of all kinds, node map, capacity, latest warnings; first steps for new tenants. */
import { useEffect } from "react";

import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useNodeCounts, useOverview } from "../../api/overview";
import { isAdmin, useCaller } from "../../api/session/queries";
import { NoNodes } from "../../k8s/no-nodes";
import { PageHeader } from "../../ui/layout/page-header";
import { Skeleton } from "../../ui/feedback/skeleton";
import { ErrorState } from "../../ui/feedback/states";
import { CapacityCard } from "./capacity";
import { FirstSteps } from "./first-steps";
import { Kinds } from "./kinds";
import { NodeMap } from "./node-map";
import styles from "./overview-page.module.css";
import { doneSteps, hasBegun, keepBegun, STEPS } from "./steps";
import { Warnings } from "./warnings";

export default function OverviewPage() {
  const { t } = useTranslation("overview");
  const account = useCaller();
  const { namespace }: { namespace?: string } = useSearch({ strict: false });
  const { data, error, refetch } = useOverview(namespace);
  const counts = useNodeCounts();

  const done = data === undefined ? undefined : doneSteps(data);
  const begun = done?.size === STEPS.length;
  useEffect(() => {
    if (begun) keepBegun(account.name);
  }, [begun, account.name]);

  if (data === undefined || done === undefined)
    return (
      <>
        <PageHeader title={t("title")} />
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton lines={3} height={120} />}
      </>
    );
  const nodes = data.clusterStatus.find(({ kind }) => kind === "nodes")?.totalNum ?? 0;
  const isNew = !isAdmin(account) && !begun && (done.size === 0 || !hasBegun(account.name));
  return (
    <>
      <PageHeader title={t("title")} />
      <div className={styles.page}>
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
        {isNew ? <FirstSteps done={done} /> : <NoNodes counts={counts} />}
        {isNew && done.size === 0 ? null : (
          <>
            <Kinds status={data.clusterStatus} />
            <div className={styles.columns}>
              <div className={styles.column}>
                {nodes > 0 ? <NodeMap namespace={namespace} /> : null}
                <CapacityCard capacity={data.capacity} nodes={nodes} />
              </div>
              <Warnings namespace={namespace} />
            </div>
          </>
        )}
      </div>
    </>
  );
}

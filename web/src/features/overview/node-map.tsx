/** The node map: every node as a cell, grouped by pool; counts beyond the limit. */
import { useState } from "react";
import type { KeyboardEvent } from "react";

import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { clusterObjectPath, listPath } from "../../core/navigation/paths";
import { listOptions } from "../../api/lists";
import type { Rows } from "../../api/lists";
import { Card } from "../../ui/layout/card";
import { LinkTo } from "../../k8s/link-to";
import { Skeleton } from "../../ui/feedback/skeleton";
import { ErrorState } from "../../ui/feedback/states";
import { toneOf, wordsOf } from "../../ui/gauges/status";
import { StatusTag, ToneShape } from "../../ui/gauges/status-tag";
import styles from "./node-map.module.css";
import { sitesOf } from "./sites";
import type { Site } from "./sites";

/** The most cells on the map. */
const CELLS = 240;
const SITES = 40;

/** Sorted by status, unhealthy nodes come first: Autonomous, NotReady, Offline, Ready. */
const nodeQuery = (namespace?: string) => ({
  ...listOptions("nodes", { namespace, sort: "status", limit: CELLS }),
  meta: { kinds: ["nodes"] as const },
});
const poolQuery = (namespace?: string) => listOptions("nodepools", { namespace, sort: "status", limit: SITES });

export function NodeMap({ namespace }: { namespace: string | undefined }) {
  const { t } = useTranslation("overview");
  const nodes = useQuery(nodeQuery(namespace));
  const pools = useQuery(poolQuery(namespace));
  const [near, setNear] = useState<Rows["nodes"] | undefined>();
  const failed = nodes.error ?? pools.error;
  const all = <Link to={listPath("nodes")}>{t("map.all", { count: nodes.data?.total ?? 0 })}</Link>;
  if (nodes.data === undefined || pools.data === undefined)
    return (
      <Card title={t("map.title")}>
        {failed ? (
          <ErrorState error={failed} onRetry={() => void Promise.all([nodes.refetch(), pools.refetch()])} />
        ) : (
          <Skeleton lines={4} height={48} />
        )}
      </Card>
    );
  const sites = sitesOf(pools.data, nodes.data);
  const whole = nodes.data.rows.length >= nodes.data.total;
  const morePools = pools.data.total - pools.data.rows.length;
  return (
    <Card title={t("map.title")} extra={all}>
      <div className={styles.sites}>
        {sites.map((site) => (
          <OneSite key={site.pool} site={site} onNear={setNear} />
        ))}
      </div>
      {morePools > 0 ? (
        <p className={styles.morePools}>
          <Link to={listPath("nodepools")}>{t("map.morePools", { count: morePools })}</Link>
        </p>
      ) : null}
      <p className={styles.caption} aria-live="polite">
        {near === undefined ? (
          <span className={styles.quiet}>{t(whole ? "map.hint" : "map.trouble")}</span>
        ) : (
          <>
            <strong>{near.name}</strong> <StatusTag status={near.status} reason={near.reason} />
          </>
        )}
      </p>
    </Card>
  );
}

function OneSite({ site, onNear }: { site: Site; onNear: (node: Rows["nodes"] | undefined) => void }) {
  const { t } = useTranslation("overview");
  const { pool, total, healthy, cells } = site;
  const hidden = total - cells.length;
  return (
    <section className={styles.site} data-pool={pool} aria-label={pool || t("map.noPool")}>
      <h3 className={styles.name}>{pool === "" ? t("map.noPool") : <LinkTo kind="nodepools" name={pool} />}</h3>
      <p className={styles.count}>
        <ToneShape tone={healthy === total ? "good" : healthy === 0 ? "bad" : "warn"} />{" "}
        {t("map.ready", { healthy, total })}
      </p>
      {/* Arrow keys move between cells; Tab moves to the next pool. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <ul className={styles.cells} onKeyDown={step}>
        {cells.map((node, index) => (
          <li key={node.uid}>
            <Link
              to={clusterObjectPath("nodes", node.name)}
              className={styles.cell}
              tabIndex={index === 0 ? 0 : -1}
              title={node.name}
              aria-label={`${node.name}: ${node.status}`}
              data-tone={toneOf(wordsOf(node.status)[0] ?? "")}
              preload={false}
              onFocus={() => onNear(node)}
              onMouseEnter={() => onNear(node)}
              onBlur={() => onNear(undefined)}
              onMouseLeave={() => onNear(undefined)}
            >
              <ToneShape tone={toneOf(wordsOf(node.status)[0] ?? "")} />
            </Link>
          </li>
        ))}
        {hidden > 0 && cells.length > 0 ? <li className={styles.more}>{t("map.more", { count: hidden })}</li> : null}
      </ul>
    </section>
  );
}

function step(event: KeyboardEvent<HTMLUListElement>): void {
  const to = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (to === undefined) return;
  const cells = [...event.currentTarget.querySelectorAll<HTMLElement>("a")];
  const next = cells[cells.indexOf(event.target as HTMLElement) + to];
  event.preventDefault();
  next?.focus();
}

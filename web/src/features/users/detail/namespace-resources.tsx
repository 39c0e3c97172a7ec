/** The account's nodes, join requests, quotas and events. */
import type { ReactNode } from "react";

import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useList } from "../../../api/lists";
import type { Listing, Noun, Rows } from "../../../api/lists";
import type { User } from "../../../api/users";
import { Card } from "../../../ui/layout/card";
import { LinkTo } from "../../../k8s/link-to";
import { Meter } from "../../../ui/gauges/meter";
import page from "../../../ui/layout/page.module.css";
import { Quota } from "../../../k8s/quota";
import { RelativeTime } from "../../../ui/format/relative-time";
import { Skeleton } from "../../../ui/feedback/skeleton";
import { ErrorState } from "../../../ui/feedback/states";
import { StatusTag } from "../../../ui/gauges/status-tag";
import { EventRows } from "./account-events";
import { Joins } from "./joins";
import styles from "./rows.module.css";

const MOST = 10;

export function NamespaceResources({ user }: { user: User }) {
  const { t } = useTranslation("users");
  const { namespace } = user;
  const words = { used: user.nodeNum, hard: user.maxNodeNum };
  const search = { namespace };
  return (
    <>
      <Card title={t("nodes.title")} extra={<Link to="/nodes" search={search}>{t("nodes.all")}</Link>}>
        <div className={page.stack}>
          <Meter title={t("nodes.title")} {...words} text={t("ofNodes", words)} />
          <Found noun="nodes" namespace={namespace} sort="status" none={t("nodes.none")}>
            {(list) => <Nodes list={list} />}
          </Found>
        </div>
      </Card>
      <Joins joins={user.joins} />
      <Card title={t("quota.title")} extra={<Link to="/pods" search={search}>{t("quota.pods")}</Link>}>
        <Found noun="resourcequotas" namespace={namespace} none={t("quota.none")}>
          {({ rows }) => <Quota limits={rows.flatMap(({ limits }) => limits)} />}
        </Found>
      </Card>
      <Card title={t("events.title")} extra={<Link to="/events" search={search}>{t("events.all")}</Link>}>
        <Found noun="events" namespace={namespace} none={t("events.none")}>
          {({ rows }) => <EventRows events={rows.filter(({ kind }) => kind !== "User")} />}
        </Found>
      </Card>
    </>
  );
}

interface FoundProps<N extends Noun> {
  noun: N;
  namespace: string;
  sort?: string;
  none: string;
  children: (list: Listing<Rows[N]>) => ReactNode;
}

/** The first rows of a list, or why there are none. */
function Found<N extends Noun>({ noun, namespace, sort, none, children }: FoundProps<N>) {
  const { data, error, refetch } = useList(noun, { namespace, sort, limit: MOST });
  if (data === undefined)
    return error === null ? <Skeleton lines={3} height={28} /> : <ErrorState error={error} onRetry={() => void refetch()} />;
  return data.rows.length === 0 ? <p className={page.muted}>{none}</p> : children(data);
}

function Nodes({ list: { rows, total } }: { list: Listing<Rows["nodes"]> }) {
  const { t } = useTranslation("users");
  return (
    <ul className={styles.rows}>
      {rows.map((node) => (
        <li key={node.uid} className={styles.row}>
          <LinkTo kind="nodes" name={node.name} />
          <StatusTag status={node.status} reason={node.reason} />
          <span className={styles.time}>
            <RelativeTime time={node.createTime} />
          </span>
        </li>
      ))}
      {total > rows.length ? <li className={page.muted}>{t("nodes.more", { count: total - rows.length })}</li> : null}
    </ul>
  );
}

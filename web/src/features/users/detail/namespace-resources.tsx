/** The account's nodes, join requests, quotas and events. */
import type { ReactNode } from "react";

import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { Link } from "../../../core/navigation/link";
import { listPath } from "../../../core/navigation/paths";
import { useList } from "../../../api/lists";
import type { Listing, Rows } from "../../../api/lists";
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

const LIMIT = 10;

export function NamespaceResources({ user }: { user: User }) {
  const { t } = useTranslation("users");
  const { namespace } = user;
  const words = { used: user.nodeNum, hard: user.maxNodeNum };
  const search = { namespace };
  return (
    <>
      <Card title={t("nodes.title")} extra={<Link to={listPath("nodes")} search={search}>{t("nodes.all")}</Link>}>
        <div className={page.stack}>
          <Meter title={t("nodes.title")} {...words} text={t("ofNodes", words)} />
          <Found query={useList("nodes", { namespace, sort: "status", limit: LIMIT })} none={t("nodes.none")}>
            {(list) => <Nodes list={list} />}
          </Found>
        </div>
      </Card>
      <Joins joins={user.joins} />
      <Card title={t("quota.title")} extra={<Link to={listPath("pods")} search={search}>{t("quota.pods")}</Link>}>
        <Found query={useList("resourcequotas", { namespace, limit: LIMIT })} none={t("quota.none")}>
          {({ rows }) => <Quota limits={rows.flatMap(({ limits }) => limits)} />}
        </Found>
      </Card>
      <Card title={t("events.title")} extra={<Link to={listPath("events")} search={search}>{t("events.all")}</Link>}>
        <Found query={useList("events", { namespace, limit: LIMIT })} none={t("events.none")}>
          {({ rows }) => <EventRows events={rows.filter(({ kind }) => kind !== "User")} />}
        </Found>
      </Card>
    </>
  );
}

interface FoundProps<Row> {
  query: UseQueryResult<Listing<Row>>;
  none: string;
  children: (list: Listing<Row>) => ReactNode;
}

/** The first rows of a list, or why there are none. */
function Found<Row>({ query: { data, error, refetch }, none, children }: FoundProps<Row>) {
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

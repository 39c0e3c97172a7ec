/** The columns of events, for their list and for object pages. */
import { useMemo } from "react";

import { useTranslation } from "react-i18next";

import { CamelCase } from "../../ui/format/camel-case";
import { LinkTo } from "../link-to";
import styles from "../object/object.module.css";
import { RelativeTime } from "../../ui/format/relative-time";
import type { Column } from "../../ui/list/resource-table/types";
import { StatusTag } from "../../ui/gauges/status-tag";
import { useMessageText } from "../messages/use-message-text";

export interface EventLike {
  uid: string;
  type: string;
  reason: string;
  message: string;
  kind: string;
  name: string;
  namespace: string;
  count: number;
  firstTime: string;
  lastTime: string;
  source: string;
}

export interface EventColumnChoice {
  /** The involved object; left out on its own page. */
  object?: boolean;
  namespace?: boolean;
}

export function useEventColumns({ object = false, namespace = false }: EventColumnChoice = {}): Column<EventLike>[] {
  const { t } = useTranslation("objects");
  const why = useMessageText();
  return useMemo(() => {
    const columns: (Column<EventLike> | false)[] = [
      { key: "reason", title: t("columns.reason"), sort: "reason", render: (event) => <CamelCase text={event.reason} /> },
      { key: "type", title: t("columns.type"), sort: "type", render: (event) => <StatusTag status={event.type} /> },
      object && {
        key: "object",
        title: t("columns.object"),
        sort: "name",
        wide: true,
        render: (event) => (
          <>
            {event.kind} <LinkTo kind={event.kind} namespace={event.namespace} name={event.name} />
          </>
        ),
      },
      namespace && {
        key: "namespace",
        title: t("columns.namespace"),
        sort: "namespace",
        splits: true,
        hideOnPhone: true,
        render: (event) => event.namespace || "–",
      },
      {
        key: "message",
        title: t("columns.message"),
        wide: true,
        render: (event) => (
          <span className={styles.wrapped} title={event.message}>
            {why(event.message)}
          </span>
        ),
      },
      { key: "count", title: t("columns.count"), sort: "count", align: "end", render: (event) => event.count },
      {
        key: "first",
        title: t("columns.first"),
        sort: "firstTime",
        least: namespace,
        hideOnPhone: true,
        render: (event) => <RelativeTime time={event.firstTime} />,
      },
      { key: "last", title: t("columns.last"), sort: "lastTime", render: (event) => <RelativeTime time={event.lastTime} /> },
      { key: "source", title: t("columns.source"), hideOnPhone: true, render: (event) => event.source || "–" },
    ];
    return columns.filter((column) => column !== false);
  }, [t, why, object, namespace]);
}

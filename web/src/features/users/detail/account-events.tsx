/** The card of the account's own events, and the rows of events. */
import { useTranslation } from "react-i18next";

import type { User } from "../../../api/users";
import { Card } from "../../../ui/layout/card";
import { LinkTo } from "../../../k8s/link-to";
import page from "../../../ui/layout/page.module.css";
import { RelativeTime } from "../../../ui/format/relative-time";
import { StatusTag } from "../../../ui/gauges/status-tag";
import styles from "./rows.module.css";

export function AccountEvents({ events }: Pick<User, "events">) {
  const { t } = useTranslation("users");
  return (
    <Card title={t("history.title")}>
      {events.length === 0 ? <p className={page.muted}>{t("history.none")}</p> : <EventRows events={events} />}
    </Card>
  );
}

export function EventRows({ events }: Pick<User, "events">) {
  return (
    <ul className={styles.rows}>
      {events.map((event) => (
        <li key={event.uid} className={styles.row}>
          <span>
            <StatusTag status={event.type} /> {event.reason}
          </span>
          <span className={styles.message}>
            {event.kind === "User" ? null : <LinkTo kind={event.kind} namespace={event.namespace} name={event.name} />} {event.message}
          </span>
          <span className={styles.time}>
            <RelativeTime time={event.lastTime} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The card of the latest Warning events. */
import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { listPath } from "../../core/navigation/paths";
import { useList } from "../../api/lists";
import { Card } from "../../ui/layout/card";
import { LinkTo } from "../../k8s/link-to";
import { RelativeTime } from "../../ui/format/relative-time";
import { Skeleton } from "../../ui/feedback/skeleton";
import { EmptyState, ErrorState } from "../../ui/feedback/states";
import { ToneShape } from "../../ui/gauges/status-tag";
import { useMessageText } from "../../k8s/messages/use-message-text";
import styles from "./warnings.module.css";

const LIMIT = 8;

export function Warnings({ namespace }: { namespace: string | undefined }) {
  const { t } = useTranslation("overview");
  const why = useMessageText();
  const { data, error, refetch } = useList("events", { namespace, status: "Warning", limit: LIMIT });
  return (
    <Card
      title={t("warnings.title")}
      flush
      extra={
        <Link to={listPath("events")} search={{ status: "Warning" }}>
          {data === undefined || data.total <= LIMIT ? t("warnings.all") : t("warnings.allOf", { count: data.total })}
        </Link>
      }
    >
      {data === undefined ? (
        error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <div className={styles.loading}>
            <Skeleton lines={4} height={52} />
          </div>
        )
      ) : data.rows.length === 0 ? (
        <EmptyState title={t("warnings.none")} hint={t("warnings.noneHint")} />
      ) : (
        <ul className={styles.warnings}>
          {data.rows.map((event) => (
            <li key={event.uid} className={styles.warning}>
              <ToneShape tone="warn" />
              <div className={styles.text}>
                <p className={styles.line}>
                  <span className={styles.reason}>{event.reason}</span>
                  <LinkTo kind={event.kind} namespace={event.namespace} name={event.name} />
                </p>
                <p className={styles.message} title={event.message}>
                  {why(event.message)}
                </p>
              </div>
              <span className={styles.when}>
                {event.count > 1 ? <span title={t("warnings.times", { count: event.count })}>{event.count}×</span> : null}{" "}
                <RelativeTime time={event.lastTime} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

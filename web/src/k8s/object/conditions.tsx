/** The card of an object's conditions. */
import { useTranslation } from "react-i18next";

import { Card } from "../../ui/layout/card";
import { PlainTable } from "../../ui/list/plain-table";
import { RelativeTime } from "../../ui/format/relative-time";
import type { Column } from "../../ui/list/resource-table/types";
import type { Tone } from "../../ui/gauges/status";
import { ToneShape } from "../../ui/gauges/status-tag";
import { useMessageText } from "../messages/use-message-text";
import type { Condition, Status } from "./kubernetes";
import styles from "./object.module.css";

/** Conditions that are bad when true. */
const BAD_NEWS = /Failure|Failed|Pressure|Unavailable|Suspended/;

/** The tone of a condition. `done`: a completed pod is not Ready, and need not be. */
export function toneOfCondition({ type, status }: Condition, done = false): Tone {
  if (status === "Unknown") return "warn";
  if ((status === "True") !== BAD_NEWS.test(type)) return "good";
  if (BAD_NEWS.test(type)) return "bad";
  return done ? "off" : "warn";
}

export function Conditions({ status }: { status: Status | undefined }) {
  const { t } = useTranslation("objects");
  const why = useMessageText();
  const { conditions, phase } = status ?? {};
  if (conditions === undefined || conditions.length === 0) return null;
  const columns: Column<Condition>[] = [
    { key: "type", title: t("condition.type"), render: ({ type }) => type },
    {
      key: "status",
      title: t("condition.status"),
      render: (condition) => (
        <>
          <ToneShape tone={toneOfCondition(condition, phase === "Succeeded")} />{" "}
          {t(`condition.${condition.status === "True" ? "yes" : condition.status === "False" ? "no" : "unknown"}`)}
        </>
      ),
    },
    { key: "reason", title: t("condition.reason"), render: ({ reason }) => reason ?? "–" },
    {
      key: "message",
      title: t("condition.message"),
      wide: true,
      render: ({ message = "" }) => (
        <span className={styles.wrapped} title={message}>
          {why(message) || "–"}
        </span>
      ),
    },
    {
      key: "since",
      title: t("condition.since"),
      render: ({ lastTransitionTime = "" }) => <RelativeTime time={lastTransitionTime} />,
    },
  ];
  return (
    <Card title={t("conditions")} flush>
      <PlainTable label={t("conditions")} columns={columns} rows={conditions} rowKey={({ type }) => type} />
    </Card>
  );
}

/** The card of the account's join requests: pending, approved and denied. */
import { useTranslation } from "react-i18next";

import type { User } from "../../../api/users";
import { Card } from "../../../ui/layout/card";
import { LinkTo } from "../../../k8s/link-to";
import page from "../../../ui/layout/page.module.css";
import { RelativeTime } from "../../../ui/format/relative-time";
import type { Tone } from "../../../ui/gauges/status";
import { ToneShape } from "../../../ui/gauges/status-tag";
import styles from "./rows.module.css";

const STATES = ["pending", "approved", "denied"] as const;
const TONES: Record<(typeof STATES)[number], Tone> = { pending: "busy", approved: "good", denied: "bad" };

export function Joins({ joins }: Pick<User, "joins">) {
  const { t } = useTranslation("users");
  return (
    <Card title={t("joins.title")}>
      {joins.length === 0 ? (
        <p className={page.muted}>{t("joins.none")}</p>
      ) : (
        <ul className={styles.rows}>
          {joins.map((join) => {
            const state = STATES.find((known) => known === join.state) ?? "pending";
            return (
              <li key={join.name} className={styles.row}>
                <span>
                  <ToneShape tone={TONES[state]} /> {t(`joins.${state}`)}:{" "}
                  {state === "approved" ? <LinkTo kind="nodes" name={join.name} /> : join.name || t("joins.unnamed")}
                </span>
                <span className={styles.message}>{[join.reason, join.message].filter((text) => text !== "").join(": ")}</span>
                <span className={styles.time}>
                  <RelativeTime time={join.time} />
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}

/** The card of the account's message and conditions. */
import { useTranslation } from "react-i18next";

import type { User } from "../../../api/users";
import { Card } from "../../../ui/layout/card";
import { Notice } from "../../../ui/feedback/notice";
import page from "../../../ui/layout/page.module.css";
import { RelativeTime } from "../../../ui/format/relative-time";
import type { Tone } from "../../../ui/gauges/status";
import { ToneShape } from "../../../ui/gauges/status-tag";
import styles from "./rows.module.css";

const TONES: Record<string, Tone> = { True: "good", False: "bad" };
const WORDS = ["True", "False", "Unknown"] as const;

export function Conditions({ user }: { user: User }) {
  const { t } = useTranslation("users");
  return (
    <Card title={t("conditions.title")}>
      <div className={page.stack}>
        {user.message === "" ? null : <Notice tone="warn" title={user.message} />}
        {user.conditions.length === 0 ? (
          <p className={page.muted}>{t("conditions.nothing")}</p>
        ) : (
          <ul className={styles.rows}>
            {user.conditions.map(({ type, status, reason = "", message = "", since = "" }) => (
              <li key={type} className={styles.row}>
                <span>
                  <ToneShape tone={TONES[status] ?? "off"} /> {type}:{" "}
                  {t(`conditions.${WORDS.find((word) => word === status) ?? "Unknown"}`)}
                </span>
                <span className={styles.message}>{[reason, message].filter((text) => text !== "").join(": ")}</span>
                <span className={styles.time}>
                  <RelativeTime time={since} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

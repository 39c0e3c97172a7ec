/** A card for each kind: healthy of total, and links to the lists of unhealthy states. */
import { useTranslation } from "react-i18next";

import { pagePluralOf } from "../../core/kinds/kinds";
import { Link } from "../../core/navigation/link";
import { listPath } from "../../core/navigation/paths";
import type { KindStatus } from "../../api/overview";
import { toneOf } from "../../ui/gauges/status";
import { StatusTag, ToneShape } from "../../ui/gauges/status-tag";
import styles from "./kinds.module.css";

export function Kinds({ status }: { status: readonly KindStatus[] }) {
  const { t } = useTranslation("overview");
  return (
    <section aria-label={t("kinds.label")}>
      <ul className={styles.kinds}>
        {status.map((kind) => (
          <Kind key={kind.kind} {...kind} />
        ))}
      </ul>
    </section>
  );
}

function Kind({ kind, totalNum, healthyNum, troubles = [] }: KindStatus) {
  const { t } = useTranslation("overview");
  const plural = pagePluralOf(kind);
  if (plural === undefined) return null;
  const to = listPath(plural);
  const title = t("title", { ns: kind as "nodes" });
  const ill = totalNum - healthyNum;
  const more = ill - troubles.reduce((sum, { num }) => sum + num, 0);
  return (
    <li className={styles.kind} data-kind={kind}>
      <h2 className={styles.title}>
        <Link to={to}>{title}</Link>
      </h2>
      <p className={styles.numbers}>
        <span className={styles.healthy} data-of="healthy">
          {healthyNum}
        </span>
        <span className={styles.total}> / {totalNum}</span> <span className={styles.word}>{t("kinds.healthy")}</span>
      </p>
      <div className={styles.troubles}>
        {totalNum === 0 ? (
          <span className={styles.quiet}>{t("kinds.none")}</span>
        ) : ill === 0 ? (
          <span className={styles.quiet}>
            <ToneShape tone="good" /> {t("kinds.well")}
          </span>
        ) : (
          <>
            {troubles.map(({ status, num }) => {
              // A "good" word here means running but not ready; sorted by readiness, the list shows those first.
              const runs = toneOf(status) === "good";
              return (
                <Link
                  key={status}
                  to={to}
                  search={runs && kind === "pods" ? { status, sort: "ready" } : { status }}
                  className={styles.trouble}
                >
                  <span className={styles.num}>{num}</span>{" "}
                  {runs ? (
                    <span className={styles.notReady}>
                      <ToneShape tone="warn" /> {t("kinds.notReady")}
                    </span>
                  ) : (
                    <StatusTag status={status} />
                  )}
                </Link>
              );
            })}
            {more > 0 ? <span className={styles.quiet}>{t("kinds.more", { count: more })}</span> : null}
          </>
        )}
      </div>
    </li>
  );
}

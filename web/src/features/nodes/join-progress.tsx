/** The live progress of joining machines. */
import { useState } from "react";

import { useTranslation } from "react-i18next";

import { useJoins } from "../../api/joins";
import { LinkTo } from "../../k8s/link-to";
import { ErrorState } from "../../ui/feedback/states";
import type { Tone } from "../../ui/gauges/status";
import { ToneShape } from "../../ui/gauges/status-tag";
import styles from "./nodes.module.css";
import { baseline, machines } from "./progress";
import type { Baseline, Progress } from "./progress";

const TONES: Record<Progress, Tone> = {
  asking: "busy",
  denied: "bad",
  approved: "busy",
  reporting: "busy",
  ready: "good",
};

export function JoinProgress() {
  const { t } = useTranslation("nodes");
  const { data, error, refetch } = useJoins();
  const [known, setKnown] = useState<Baseline | undefined>();
  if (known === undefined && data !== undefined) setKnown(baseline(data.nodes, data.joins));
  if (data === undefined || known === undefined)
    return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <p className={styles.waiting}>{t("join.looking")}</p>;
  const found = machines(data.nodes, data.joins, known);
  return (
    <div aria-live="polite" data-joining="">
      {found.length === 0 ? (
        <p className={styles.waiting}>
          <ToneShape tone="busy" /> {t("join.waiting")}
        </p>
      ) : (
        <ul className={styles.machines}>
          {found.map(({ name, progress, why }) => (
            <li key={name} className={styles.machine} data-progress={progress}>
              <span>
                {progress === "ready" || progress === "reporting" ? <LinkTo kind="nodes" name={name} /> : name || t("join.unnamed")}
              </span>
              <span>
                <ToneShape tone={TONES[progress]} /> {t(`join.progress.${progress}`)}
              </span>
              {why === "" ? null : <span className={styles.why}>{why}</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

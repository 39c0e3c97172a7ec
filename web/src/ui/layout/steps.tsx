/** A list of consecutive steps with their states. */
import type { ReactNode } from "react";

import { useTranslation } from "react-i18next";

import type { Tone } from "../gauges/status";
import { ToneShape } from "../gauges/status-tag";
import styles from "./steps.module.css";

export type StepState = "done" | "busy" | "waiting" | "failed";

export interface Step {
  key: string;
  title: string;
  state: StepState;
  /** What the step does or waits for. */
  detail?: ReactNode;
}

const TONES: Record<StepState, Tone> = { done: "good", busy: "busy", waiting: "off", failed: "bad" };

export function Steps({ label, steps }: { label: string; steps: readonly Step[] }) {
  const { t } = useTranslation("ui");
  return (
    <ol className={styles.steps} aria-label={label} aria-live="polite">
      {steps.map(({ key, title, state, detail }) => (
        <li key={key} className={styles.step} data-state={state} aria-current={state === "busy" ? "step" : undefined}>
          <span className={styles.shape}>
            <ToneShape tone={TONES[state]} />
          </span>
          <span className={styles.title}>{title}</span>
          <span className={styles.state}>{t(`steps.${state}`)}</span>
          {detail ? <span className={styles.detail}>{detail}</span> : null}
        </li>
      ))}
    </ol>
  );
}

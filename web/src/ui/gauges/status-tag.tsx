/** A status as colour, shape and word. */
import { useTranslation } from "react-i18next";

import { toneOf, wordsOf } from "./status";
import type { Tone } from "./status";
import styles from "./status-tag.module.css";

/** One shape for each tone, so that colour is never the only signal: disc, triangle, square, ring, bar. */
const SHAPES: Record<Tone, string> = {
  good: "M6 1.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9z",
  warn: "M6 1 11.5 10.7H.5z",
  bad: "M1.8 1.8h8.4v8.4H1.8z",
  busy: "M6 1a5 5 0 1 1 0 10A5 5 0 1 1 6 1zm0 2a3 3 0 1 0 0 6a3 3 0 1 0 0-6z",
  off: "M1 4.8h10v2.4H1z",
};

export function ToneShape({ tone }: { tone: Tone }) {
  return (
    <svg className={`${styles.shape} ${styles[tone]}`} viewBox="0 0 12 12" aria-hidden="true" data-tone={tone}>
      <path d={SHAPES[tone]} />
    </svg>
  );
}

export interface StatusTagProps {
  /** A status word of the API, or two separated by a comma. */
  status: string;
  /** The reason: shown behind the word when there is room, and on hover. */
  reason?: string | undefined;
}

export function StatusTag({ status, reason }: StatusTagProps) {
  const { t, i18n } = useTranslation("ui");
  return (
    <span className={styles.tags} title={reason || undefined}>
      {wordsOf(status).map((word) => {
        // Words that kubelets compose have no translation and are shown unchanged.
        const key = `status.${word}`;
        const text = /^[\w-]+$/.test(word) && i18n.exists(key, { ns: "ui" }) ? t(key as "status.Ready") : word;
        return (
          <span key={word} className={styles.tag} data-status={word}>
            <ToneShape tone={toneOf(word)} />
            <span className={styles.word}>{text}</span>
          </span>
        );
      })}
      {reason ? <span className={styles.reason}>{reason}</span> : null}
    </span>
  );
}

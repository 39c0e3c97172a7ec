/** A usage bar with its numbers as text. */
import styles from "./meter.module.css";
import { share } from "../format/quantities";

export interface MeterProps {
  title: string;
  used: number;
  /** The limit; 0 allows nothing. */
  hard: number;
  /** Both numbers as text: "3 of 10". */
  text: string;
}

const NEARLY = 0.9;

export function Meter({ title, used, hard, text }: MeterProps) {
  const full = hard === 0 ? used > 0 : used >= hard;
  const part = hard === 0 ? 0 : share(used, hard);
  return (
    <div className={styles.meter}>
      <span className={styles.title}>{title}</span>
      <span className={styles.text}>{text}</span>
      <svg className={styles.bar} viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={`${title}: ${text}`}>
        <rect className={styles.room} width="100" height="8" />
        <rect className={full ? styles.full : part >= NEARLY ? styles.nearly : styles.used} width={100 * part} height="8" />
      </svg>
    </div>
  );
}

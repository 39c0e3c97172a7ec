/** A shell command with a copy button. */
import { CopyButton } from "./copy-button";
import styles from "./command.module.css";

export interface CommandProps {
  /** What it does, in a few words. */
  title: string;
  command: string;
}

export function Command({ title, command }: CommandProps) {
  return (
    <div className={styles.command}>
      <span className={styles.title}>{title}</span>
      <div className={styles.line}>
        <pre className={styles.text}>{command}</pre>
        <CopyButton text={command} label={title} />
      </div>
    </div>
  );
}

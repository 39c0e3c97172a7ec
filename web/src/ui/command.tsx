/** A command to type elsewhere, with its copy button. */
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
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
        <pre className={styles.text} tabIndex={0} aria-label={title}>
          {command}
        </pre>
        <CopyButton text={command} label={title} />
      </div>
    </div>
  );
}

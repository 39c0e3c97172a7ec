/** Untrusted text of any length: it scrolls in its own box, which the keyboard reaches. */
import styles from "./object.module.css";

export function ScrollText({ label, text }: { label: string; text: string }) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling box must be reached by keyboard
    <div className={styles.scrollText} role="group" aria-label={label} tabIndex={0}>
      <code>{text}</code>
    </div>
  );
}

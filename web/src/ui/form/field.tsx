/** A form field: label above, hint and error below. */
import { useId } from "react";
import type { ReactNode } from "react";

import styles from "./form.module.css";
import { ToneShape } from "../gauges/status-tag";

export interface FieldProps {
  label: string;
  /** Explains the field; always visible. */
  hint?: ReactNode;
  /** The validation error, "" for none. */
  error?: string;
  /** Renders the input with its id and ARIA attributes. */
  children: (input: { id: string; "aria-describedby": string; "aria-invalid": boolean }) => ReactNode;
}

export function Field({ label, hint, error = "", children }: FieldProps) {
  const id = useId();
  const below = `${id}-below`;
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      {children({ id, "aria-describedby": below, "aria-invalid": error !== "" })}
      <div id={below}>
        {error === "" ? null : (
          <p className={styles.error} data-field-error="">
            <ToneShape tone="bad" /> {error}
          </p>
        )}
        {hint ? <div className={styles.hint}>{hint}</div> : null}
      </div>
    </div>
  );
}

/** Empty and error states that replace rows or a whole page. */
import type { ReactNode } from "react";

import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { problemOf } from "./problem";
import { ToneShape } from "../gauges/status-tag";
import styles from "./states.module.css";

export interface EmptyStateProps {
  title: string;
  /** What to do about it. */
  hint?: ReactNode;
  /** A button or a link. */
  action?: ReactNode;
}

export function EmptyState({ title, hint, action }: EmptyStateProps) {
  return (
    <div className={styles.state} data-state="empty">
      <p className={styles.title}>{title}</p>
      {hint ? <div className={styles.hint}>{hint}</div> : null}
      {action}
    </div>
  );
}

export interface ErrorStateProps {
  error: unknown;
  onRetry?: (() => void) | undefined;
}

/** An error in words. A 403 names the missing permission and offers no retry, which could not help. */
export function ErrorState({ error, onRetry }: ErrorStateProps) {
  const { t } = useTranslation("ui");
  const { code, reason, message } = problemOf(error);
  const forbidden = code === 403;
  const title = forbidden
    ? t("error.forbidden")
    : code === 404
      ? t("error.notFound")
      : code === 503
        ? t("error.unavailable")
        : t("error.title");
  return (
    <div className={styles.state} role="alert" data-state={forbidden ? "forbidden" : "error"}>
      <p className={styles.title}>
        <ToneShape tone={forbidden ? "warn" : "bad"} /> {title}
      </p>
      <p className={styles.hint}>{code === 0 ? t("error.unreachable") : message || t("error.noReason", { code })}</p>
      {forbidden ? <p className={styles.small}>{t("error.forbiddenHint")}</p> : null}
      {code > 0 ? <p className={styles.small}>{t("error.details", { code, reason })}</p> : null}
      {onRetry && !forbidden ? <Button onClick={onRetry}>{t("retry")}</Button> : null}
    </div>
  );
}

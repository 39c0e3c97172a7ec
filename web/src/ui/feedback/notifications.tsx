/** The one region that shows and announces notifications. */
import { useEffect, useState } from "react";

import { CloseOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";

import { dismiss, useNotifications } from "../../core/notify";
import type { Notification } from "../../core/notify";
import { ToneShape } from "../gauges/status-tag";
import styles from "./notifications.module.css";

/** Milliseconds that a good notification stays. */
const SHOWN_MS = 6000;

export function Notifications() {
  const { t } = useTranslation("ui");
  const notifications = useNotifications();
  // The region exists before its first notification: screen readers announce only changes of a live region.
  return (
    <div role="log" aria-live="polite" aria-label={t("notifications")} className={styles.region}>
      {notifications.map((notification) => (
        <One key={notification.id} {...notification} />
      ))}
    </div>
  );
}

function One({ id, tone, text }: Notification) {
  const { t } = useTranslation("ui");
  // While someone points at it or has the focus in it, it stays.
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (tone === "bad" || held) return undefined;
    const timer = setTimeout(() => dismiss(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, tone, held]);
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- holds it while it is read
    <div
      className={styles.notification}
      data-tone={tone}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <ToneShape tone={tone} />
      <span className={styles.text}>{text}</span>
      <button type="button" className={styles.close} aria-label={t("close")} onClick={() => dismiss(id)}>
        <CloseOutlined aria-hidden="true" />
      </button>
    </div>
  );
}

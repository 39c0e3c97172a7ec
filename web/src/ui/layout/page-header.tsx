/** A page's header: parent link, title, state and actions. Also sets the document's title. */
import { useEffect, useRef } from "react";
import type { ReactNode } from "react";

import { useTranslation } from "react-i18next";

import styles from "./page-header.module.css";

export interface PageHeaderProps {
  title: string;
  /** One line beside the title: a status, a count. */
  aside?: ReactNode;
  /** A link to the list that the page belongs to. */
  parent?: ReactNode;
  /** Buttons, at the right. */
  actions?: ReactNode;
  description?: ReactNode;
}

export function PageHeader({ title, aside, parent, actions, description }: PageHeaderProps) {
  const { t } = useTranslation("app");
  const product = t("name");
  const from = useRef<HTMLDivElement>(null);
  // After every render: the parent's text changes with the language alone.
  useEffect(() => {
    document.title = [title, from.current?.textContent, product].filter(Boolean).join(" · ");
  });
  return (
    <div className={styles.header}>
      <div className={styles.titles}>
        {parent ? (
          <div ref={from} className={styles.parent}>
            {parent}
          </div>
        ) : null}
        <div className={styles.line}>
          {/* Receives the focus after navigation, so that screen readers announce the page. */}
          <h1 className={styles.title} tabIndex={-1} data-page-title="">
            {title}
          </h1>
          {aside}
        </div>
        {description ? <p className={styles.description}>{description}</p> : null}
      </div>
      {actions ? <div className={styles.actions}>{actions}</div> : null}
    </div>
  );
}

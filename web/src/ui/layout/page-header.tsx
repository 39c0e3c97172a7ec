/** The top of every page: where this is, its name, its state, what can be done. */
import { useEffect, useRef } from "react";
import type { ReactNode } from "react";

import { useTranslation } from "react-i18next";

import styles from "./page-header.module.css";

export interface PageHeaderProps {
  title: string;
  /** One line beside the title: a status, a count. */
  aside?: ReactNode;
  /** A link to the list this is from. */
  parent?: ReactNode;
  /** Buttons, at the right. */
  actions?: ReactNode;
  description?: ReactNode;
}

export function PageHeader({ title, aside, parent, actions, description }: PageHeaderProps) {
  const { t } = useTranslation("app");
  const product = t("name");
  const from = useRef<HTMLDivElement>(null);
  // After every render: a tab of an object also tells its kind, whose word changes with the language alone.
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
          {/* Navigation puts the focus here, so that screen readers say where they are. */}
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

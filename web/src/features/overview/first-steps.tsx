/** The card of first steps for a new tenant: join a machine, deploy, look at the pods. */
import { CheckOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import type { LinkProps } from "../../core/navigation/link";
import { listPath, PATHS } from "../../core/navigation/paths";
import { Card } from "../../ui/layout/card";
import styles from "./first-steps.module.css";
import { STEPS } from "./steps";
import type { Step } from "./steps";

const LINKS: Record<Step, Pick<LinkProps, "to" | "search">> = {
  join: { to: listPath("nodes"), search: { join: true } },
  deploy: { to: PATHS.connection },
  look: { to: listPath("pods") },
};

export function FirstSteps({ done }: { done: ReadonlySet<Step> }) {
  const { t } = useTranslation("overview");
  const next = STEPS.find((step) => !done.has(step));
  return (
    <Card title={t("steps.title")} extra={<span className={styles.count}>{t("steps.count", { done: done.size, all: STEPS.length })}</span>}>
      <ol className={styles.steps}>
        {STEPS.map((step, index) => {
          const is = done.has(step) ? "done" : step === next ? "next" : "later";
          return (
            <li key={step} className={styles.step} data-step={step} data-is={is} aria-current={is === "next" ? "step" : undefined}>
              <span className={styles.mark} aria-hidden="true">
                {is === "done" ? <CheckOutlined /> : index + 1}
              </span>
              <div className={styles.text}>
                <h3 className={styles.name}>
                  {t(`steps.${step}.title`)}
                  {is === "done" ? <span className="visually-hidden"> ({t("steps.done")})</span> : null}
                </h3>
                <p className={styles.hint}>{is === "done" ? t(`steps.${step}.done`) : t(`steps.${step}.hint`)}</p>
                {is === "later" ? null : (
                  <Link {...LINKS[step]} className={is === "next" ? styles.action : undefined}>
                    {t(`steps.${step}.action`)}
                  </Link>
                )}
              </div>
            </li>
          );
        })}
      </ol>
    </Card>
  );
}

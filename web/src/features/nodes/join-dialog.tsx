/** The dialog for joining a machine: requirements, script, live progress. */
import { Modal } from "antd";
import { useTranslation } from "react-i18next";

import type { Account } from "../../api/session/queries";
import { Command } from "../../ui/form/command";
import { Notice } from "../../ui/feedback/notice";
import { SecretText } from "../../ui/form/secret-text";
import { JoinProgress } from "./join-progress";
import styles from "./nodes.module.css";

export interface JoinDialogProps {
  account: Account;
  onClose: () => void;
}

const NEEDS = ["system", "containerd", "root", "network", "fresh"] as const;

export default function JoinDialog({ account, onClose }: JoinDialogProps) {
  const { t } = useTranslation("nodes");
  const { nodeAddScript, maxNodeNum } = account.spec;
  const { nodeNum } = account.status;
  const full = maxNodeNum > 0 && nodeNum >= maxNodeNum;
  return (
    <Modal open onCancel={onClose} footer={null} title={t("join.title")} width={680}>
      {full ? (
        <Notice tone="warn" title={t("join.full", { count: maxNodeNum })}>
          {t("join.fullHint")}
        </Notice>
      ) : null}
      <ol className={styles.steps}>
        <li className={styles.step}>
          <h3 className={styles.name}>{t("join.needs.title")}</h3>
          <ul className={styles.needs}>
            {NEEDS.map((need) => (
              <li key={need}>{t(`join.needs.${need}`)}</li>
            ))}
          </ul>
        </li>
        <li className={styles.step}>
          <h3 className={styles.name}>{t("join.script.title")}</h3>
          {nodeAddScript === "" ? (
            <Notice tone="busy" title={t("join.script.none")}>
              {t("join.script.noneHint")}
            </Notice>
          ) : (
            <>
              <SecretText text={nodeAddScript} label={t("join.script.label")} file="join.sh" />
              <p className={styles.muted}>{t("join.script.secret")}</p>
              <Command title={t("join.script.run")} command="sudo sh join.sh" />
              <p className={styles.muted}>{t("join.script.name")}</p>
            </>
          )}
        </li>
        <li className={styles.step}>
          <h3 className={styles.name}>{t("join.progress.title")}</h3>
          <JoinProgress />
          {maxNodeNum > 0 ? <p className={styles.muted}>{t("join.used", { used: nodeNum, count: maxNodeNum })}</p> : null}
        </li>
      </ol>
    </Modal>
  );
}

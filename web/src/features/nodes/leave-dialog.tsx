/** The dialog with the script that removes a machine from the cluster. */
import { Modal } from "antd";
import { useTranslation } from "react-i18next";

import { Command } from "../../ui/form/command";
import { Notice } from "../../ui/feedback/notice";
import { SecretText } from "../../ui/form/secret-text";
import styles from "./nodes.module.css";

export interface LeaveDialogProps {
  node: string;
  script: string;
  onClose: () => void;
}

export default function LeaveDialog({ node, script, onClose }: LeaveDialogProps) {
  const { t } = useTranslation("nodes");
  return (
    <Modal open onCancel={onClose} footer={null} title={t("leave.title", { node })} width={680}>
      <div className={styles.steps}>
        <Notice tone="warn" title={t("leave.warning")}>
          {t("leave.warningHint")}
        </Notice>
        <div className={styles.step}>
          <SecretText text={script} label={t("leave.script")} file="leave.sh" />
          <Command title={t("leave.run")} command="sudo sh leave.sh" />
        </div>
      </div>
    </Modal>
  );
}

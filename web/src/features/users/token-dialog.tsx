/** A new token for somebody who lost theirs: asked twice, shown once. */
import { useState } from "react";

import { Button, Checkbox, Modal } from "antd";
import { useTranslation } from "react-i18next";

import { useResetToken } from "../../api/administering";
import type { User } from "../../api/users";
import { Notice } from "../../ui/notice";
import page from "../../ui/page.module.css";
import { Refused } from "../../ui/refused";
import { SecretText } from "../../ui/secret-text";

export function TokenDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation(["users", "ui"]);
  const reset = useResetToken(user.name);
  const [saved, setSaved] = useState(false);
  const token = reset.data?.token;
  // Once there is a token, only who has saved it gets out.
  const free = token === undefined && !reset.isPending;
  const buttons =
    token === undefined ? (
      <>
        <Button disabled={!free} onClick={onClose}>
          {t("cancel", { ns: "ui" })}
        </Button>
        <Button type="primary" danger loading={reset.isPending} onClick={() => reset.mutate()}>
          {t("actions.token")}
        </Button>
      </>
    ) : (
      <Button type="primary" disabled={!saved} onClick={onClose}>
        {t("token.done")}
      </Button>
    );
  return (
    <Modal
      open
      title={t("actions.token")}
      onCancel={onClose}
      closable={free}
      mask={{ closable: free }}
      keyboard={free}
      footer={buttons}
    >
      <div className={page.stack}>
        {token === undefined ? (
          <>
            <p>{t("token.what", { email: user.email })}</p>
            <Refused title={t("actions.refused")} error={reset.error} />
          </>
        ) : (
          <>
            <Notice tone="warn" title={t("token.once")}>
              {t("token.hint", { email: user.email })}
            </Notice>
            <SecretText text={token} label={t("token.label")} file="yurt-console-token.txt" open />
            <Checkbox checked={saved} onChange={(event) => setSaved(event.target.checked)}>
              {t("token.saved")}
            </Checkbox>
          </>
        )}
      </div>
    </Modal>
  );
}

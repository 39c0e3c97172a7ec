/** A new login token: asked twice, shown once. */
import { useState } from "react";

import { Button, Checkbox, Modal } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { sessionOptions, useNewToken } from "../../api/session";
import { Notice } from "../../ui/notice";
import page from "../../ui/page.module.css";
import { Refused } from "../../ui/refused";
import { SecretText } from "../../ui/secret-text";

export function NewToken({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation(["account", "ui"]);
  const client = useQueryClient();
  const renewal = useNewToken();
  const [saved, setSaved] = useState(false);
  const token = renewal.data?.token;
  const done = () => {
    onClose();
    renewal.reset();
    setSaved(false);
    void client.invalidateQueries({ queryKey: sessionOptions.queryKey });
  };
  // Once there is a token, only who has saved it gets out.
  const free = token === undefined && !renewal.isPending;
  return (
    <Modal
      open={open}
      title={t("token.title")}
      onCancel={done}
      closable={free}
      mask={{ closable: free }}
      keyboard={free}
      footer={
        token === undefined ? (
          <>
            <Button disabled={!free} onClick={done}>
              {t("cancel", { ns: "ui" })}
            </Button>
            <Button type="primary" loading={renewal.isPending} onClick={() => renewal.mutate()}>
              {t("token.confirm")}
            </Button>
          </>
        ) : (
          <Button type="primary" disabled={!saved} onClick={done}>
            {t("token.done")}
          </Button>
        )
      }
    >
      <div className={page.stack}>
        {token === undefined ? (
          <>
            <p>{t("token.warning")}</p>
            <Refused title={t("refused")} error={renewal.error} />
          </>
        ) : (
          <>
            <Notice tone="warn" title={t("token.once")}>
              {t("token.onceHint")}
            </Notice>
            <SecretText text={token} label={t("token.token")} file="yurt-console-token.txt" open />
            <Checkbox checked={saved} onChange={(event) => setSaved(event.target.checked)}>
              {t("token.saved")}
            </Checkbox>
          </>
        )}
      </div>
    </Modal>
  );
}

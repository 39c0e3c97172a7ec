/** The card for a new token and logging out everywhere. */
import { useState } from "react";

import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { Card } from "../../ui/layout/card";
import page from "../../ui/layout/page.module.css";
import { LogOutEverywhere } from "./log-out-everywhere";
import { NewToken } from "./new-token";

export function Security() {
  const { t } = useTranslation("account");
  const [dialog, setDialog] = useState<"token" | "everywhere" | undefined>();
  const close = () => setDialog(undefined);
  return (
    <Card title={t("security.title")}>
      <div className={page.stack}>
        <div className={page.row}>
          <p className={page.grow}>{t("token.what")}</p>
          <Button onClick={() => setDialog("token")}>{t("token.title")}</Button>
        </div>
        <div className={page.row}>
          <p className={page.grow}>{t("everywhere.what")}</p>
          <Button onClick={() => setDialog("everywhere")}>{t("everywhere.title")}</Button>
        </div>
      </div>
      <NewToken open={dialog === "token"} onClose={close} />
      <LogOutEverywhere open={dialog === "everywhere"} onClose={close} />
    </Card>
  );
}

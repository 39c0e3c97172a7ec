/** The card at the end of a node's page that opens the leave dialog. */
import { lazy, Suspense, useState } from "react";

import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { Card } from "../../ui/layout/card";
import page from "../../ui/layout/page.module.css";

const LeaveDialog = lazy(() => import("./leave-dialog"));

export function LeaveButton({ node, script }: { node: string; script: string }) {
  const { t } = useTranslation("nodes");
  const [open, setOpen] = useState(false);
  return (
    <Card title={t("leave.action")}>
      <div className={page.row}>
        <p className={page.grow}>{t("leave.hint")}</p>
        <Button danger onClick={() => setOpen(true)}>
          {t("leave.open")}
        </Button>
      </div>
      {open ? (
        <Suspense>
          <LeaveDialog node={node} script={script} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </Card>
  );
}

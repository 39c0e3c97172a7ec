/** Replaces the form while registration is closed. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import forms from "../../ui/form/form.module.css";
import { Notice } from "../../ui/feedback/notice";
import { PageHeader } from "../../ui/layout/page-header";

export function Closed() {
  const { t } = useTranslation("register");
  return (
    <div className={forms.panel}>
      <PageHeader title={t("title")} />
      <Notice tone="off" title={t("closed")}>
        {t("closedHint")}
      </Notice>
      <p className={forms.beside}>
        {t("haveAccount")} <Link to="/login">{t("login")}</Link>
      </p>
    </div>
  );
}

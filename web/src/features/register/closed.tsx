/** Replaces the form while registration is closed. */
import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { PATHS } from "../../core/navigation/paths";
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
        {t("haveAccount")} <Link to={PATHS.login}>{t("login")}</Link>
      </p>
    </div>
  );
}

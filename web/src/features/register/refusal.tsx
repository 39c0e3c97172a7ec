/** The error of a failed registration. Errors of a field stand at the field. */
import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { PATHS } from "../../core/navigation/paths";
import type { ApiError } from "../../api/http/client";
import { Notice } from "../../ui/feedback/notice";

const MINUTE = 60;

export function Refusal({ error }: { error: ApiError }) {
  const { t } = useTranslation("register");
  if (error.code === 409)
    return (
      <Notice tone="bad" title={t("refused.exists")} action={<Link to={PATHS.login}>{t("login")}</Link>}>
        {t("refused.existsHint")}
      </Notice>
    );
  if (error.code === 429)
    return (
      <Notice tone="bad" title={t("refused.tooMany")}>
        {t("refused.tooManyHint", { count: Math.max(1, Math.ceil(error.retryAfter / MINUTE)) })}
      </Notice>
    );
  if (error.code === 0 || error.code === 504)
    return (
      <Notice tone="bad" title={t("refused.noReply")}>
        {t("refused.noReplyHint")}
      </Notice>
    );
  if (error.code === 503)
    return (
      <Notice tone="bad" title={t("refused.unavailable")}>
        {t("refused.unavailableHint")}
      </Notice>
    );
  if (error.code === 400) return <Notice tone="bad" title={t("refused.fields")} />;
  return (
    <Notice tone="bad" title={t("refused.other")}>
      {error.message}
    </Notice>
  );
}

/** The error of a failed login. */
import { useTranslation } from "react-i18next";

import type { ApiError } from "../../api/http/client";
import { Notice } from "../../ui/feedback/notice";

export function Refusal({ error }: { error: ApiError }) {
  const { t } = useTranslation("login");
  if (error.code === 401 || error.code === 400)
    return (
      <Notice tone="bad" title={t("refused.wrong")}>
        {t("refused.wrongHint")}
      </Notice>
    );
  if (error.code === 0) return <Notice tone="bad" title={t("refused.unreachable")} />;
  if (error.code === 503) return <Notice tone="bad" title={t("refused.filling")} />;
  if (error.has("ForeignOrigin"))
    return (
      <Notice tone="bad" title={t("refused.origin")}>
        {t("refused.originHint")}
      </Notice>
    );
  return (
    <Notice tone="bad" title={t("refused.other")}>
      {error.message}
    </Notice>
  );
}

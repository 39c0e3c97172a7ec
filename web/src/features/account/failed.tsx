/** What kept something from being done, in a dialog that stays open. */
import { useTranslation } from "react-i18next";

import type { ApiError } from "../../api/client";
import { Notice } from "../../ui/notice";

export function Failed({ error }: { error: ApiError | null }) {
  const { t } = useTranslation("account");
  if (error === null) return null;
  return (
    <Notice tone="bad" title={t("failed.title")}>
      {error.code === 0 ? t("failed.unreachable") : error.message}
    </Notice>
  );
}

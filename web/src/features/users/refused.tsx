/** What kept a change from being made, in a dialog that stays open. */
import { useTranslation } from "react-i18next";

import type { ApiError } from "../../api/client";
import { Notice } from "../../ui/notice";

export function Refused({ error }: { error: ApiError | null }) {
  const { t } = useTranslation(["users", "ui"]);
  if (error === null) return null;
  return (
    <Notice tone="bad" title={t("actions.refused")}>
      {error.code === 0 ? t("error.unreachable", { ns: "ui" }) : error.message}
    </Notice>
  );
}

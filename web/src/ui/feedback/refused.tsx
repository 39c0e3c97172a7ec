/** The error of a failed action, shown inside its open dialog. */
import { useTranslation } from "react-i18next";

import { Notice } from "./notice";
import { problemOf } from "./problem";

export function Refused({ title, error }: { title: string; error: Error | null }) {
  const { t } = useTranslation("ui");
  if (error === null) return null;
  const { code, message } = problemOf(error);
  return (
    <Notice tone="bad" title={title}>
      {code === 0 ? t("refused.unreachable") : message}
    </Notice>
  );
}

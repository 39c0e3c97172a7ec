/** What stands where a page broke, or could not begin. */
import { Button } from "antd";
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { ApiError } from "../api/http/errors";
import { EmptyState, ErrorState } from "../ui/feedback/states";

export function Crash({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation("app");
  const router = useRouter();
  const queries = useQueryErrorResetBoundary();
  const again = () => {
    queries.reset();
    reset();
    void router.invalidate();
  };
  if (error instanceof ApiError) return <ErrorState error={error} onRetry={again} />;
  return (
    <div role="alert">
      <EmptyState title={t("crash.title")} hint={t("crash.hint")} action={<Button onClick={again}>{t("crash.reload")}</Button>} />
    </div>
  );
}

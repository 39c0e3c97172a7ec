/** Replaces a page that threw, or that could not load. */
import { Button } from "antd";
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { ApiError } from "../api/http/errors";
import { EmptyState, ErrorState } from "../ui/feedback/states";

export function ErrorBoundary({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation("app");
  const router = useRouter();
  const queries = useQueryErrorResetBoundary();
  const retry = () => {
    queries.reset();
    reset();
    void router.invalidate();
  };
  if (error instanceof ApiError) return <ErrorState error={error} onRetry={retry} />;
  return (
    <div role="alert">
      <EmptyState title={t("pageError.title")} hint={t("pageError.hint")} action={<Button onClick={retry}>{t("pageError.reload")}</Button>} />
    </div>
  );
}

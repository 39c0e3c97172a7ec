/** The page for unknown addresses. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { EmptyState } from "../ui/feedback/states";

export function NotFound() {
  const { t } = useTranslation("app");
  return <EmptyState title={t("lost.title")} hint={t("lost.hint")} action={<Link to="/">{t("lost.home")}</Link>} />;
}

/** The page for unknown addresses. */
import { useTranslation } from "react-i18next";

import { Link } from "../core/navigation/link";
import { PATHS } from "../core/navigation/paths";
import { EmptyState } from "../ui/feedback/states";

export function NotFound() {
  const { t } = useTranslation("app");
  return <EmptyState title={t("notFound.title")} hint={t("notFound.hint")} action={<Link to={PATHS.root}>{t("notFound.home")}</Link>} />;
}

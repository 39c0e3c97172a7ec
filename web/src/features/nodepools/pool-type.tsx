/** A pool's type as text; unknown types of newer OpenYurt releases are shown unchanged. */
import { useTranslation } from "react-i18next";

export function PoolType({ type }: { type: string }) {
  const { t, i18n } = useTranslation("nodepools");
  if (type === "") return "–";
  return i18n.exists(`types.${type}`, { ns: "nodepools" }) ? t(`types.${type as "Edge"}`) : type;
}

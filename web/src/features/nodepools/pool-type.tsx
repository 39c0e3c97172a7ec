/** What a pool is for, in words; a type that OpenYurt may have later is shown as it is. */
import { useTranslation } from "react-i18next";

export function PoolType({ type }: { type: string }) {
  const { t, i18n } = useTranslation("nodepools");
  if (type === "") return "–";
  return i18n.exists(`types.${type}`, { ns: "nodepools" }) ? t(`types.${type as "Edge"}`) : type;
}

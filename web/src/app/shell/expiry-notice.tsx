/** The banner on every page in the last days before an account expires. */
import { useSyncExternalStore } from "react";

import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { PATHS } from "../../core/navigation/paths";
import type { Account } from "../../api/session/queries";
import { endsSoon } from "../../api/validity";
import { onTick } from "../../ui/format/clock";
import { Notice } from "../../ui/feedback/notice";
import { exactTime, relativeTime } from "../../ui/format/times";

export function ExpiryNotice({ account }: { account: Account }) {
  const { t, i18n } = useTranslation("app");
  const soon = useSyncExternalStore(onTick, () => endsSoon(account, Date.now()));
  const left = useSyncExternalStore(onTick, () => relativeTime(account.ends, Date.now(), i18n.language));
  if (!soon) return null;
  return (
    <Notice
      tone="warn"
      title={t("expiry.title", { left, ends: exactTime(account.ends, i18n.language) })}
      action={<Link to={PATHS.account}>{t("expiry.more")}</Link>}
    >
      {t("expiry.hint")}
    </Notice>
  );
}

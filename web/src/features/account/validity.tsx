/** The card of the account's validity. */
import { useSyncExternalStore } from "react";

import { useTranslation } from "react-i18next";

import type { Account } from "../../api/session/queries";
import { daysLeft } from "../../api/validity";
import { Card } from "../../ui/layout/card";
import { onTick } from "../../ui/format/clock";
import { KeyValue } from "../../ui/layout/key-value";
import { exactTime } from "../../ui/format/times";

/** The next transitions of a usable account. */
const NEXT = ["readiness", "retry", "repair", "warning", "expiry"] as const;

export function Validity({ account }: { account: Account }) {
  const { t, i18n } = useTranslation("account");
  const left = useSyncExternalStore(onTick, () => {
    const days = daysLeft(account, Date.now());
    return days === undefined ? undefined : Math.floor(days);
  });
  const { effectiveTime } = account.status;
  const next = NEXT.find((known) => known === account.next);
  const words =
    left === undefined ? t("validity.never") : left === 0 ? t("validity.lastDay") : t("validity.days", { count: left });
  return (
    <Card title={t("validity.title")}>
      <KeyValue
        items={[
          [t("validity.left"), words],
          [t("validity.ends"), account.ends === "" ? undefined : exactTime(account.ends, i18n.language)],
          [
            t("validity.next"),
            next === undefined ? undefined : t(`validity.then.${next}`, { at: exactTime(account.nextTime, i18n.language) }),
          ],
          [t("validity.since"), effectiveTime === "" ? undefined : exactTime(effectiveTime, i18n.language)],
        ]}
      />
    </Card>
  );
}

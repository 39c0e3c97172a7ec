/** The card of the account's profile, validity and limits. */
import { useTranslation } from "react-i18next";

import type { User } from "../../../api/users";
import { Card } from "../../../ui/layout/card";
import { CopyButton } from "../../../ui/form/copy-button";
import { KeyValue } from "../../../ui/layout/key-value";
import { RelativeTime } from "../../../ui/format/relative-time";
import { exactTime } from "../../../ui/format/times";
import { NextTransition } from "./next-transition";

export function Summary({ user }: { user: User }) {
  const { t, i18n } = useTranslation("users");
  const yes = (is: boolean) => t(is ? "yes" : "no");
  const endless = user.validPeriod === 0;
  return (
    <Card title={t("account")}>
      <KeyValue
        items={[
          [t("columns.email"), user.email],
          [t("phone"), user.phone],
          [t("columns.organization"), user.organization],
          [t("columns.role"), t(`roles.${user.role as "tenant"}`)],
          [
            t("name"),
            <span key="name">
              <code>{user.name}</code> <CopyButton text={user.name} label={t("name")} />
            </span>,
          ],
          [t("columns.created"), <RelativeTime key="created" time={user.createTime} />],
          [t("began"), exactTime(user.effectiveTime, i18n.language)],
          [t("columns.ends"), endless ? t("never") : exactTime(user.ends, i18n.language)],
          [t("validPeriod"), endless ? undefined : t("days", { count: user.validPeriod })],
          [t("maxNodes"), user.role === "admin" ? undefined : user.maxNodeNum],
          [t("approved"), yes(user.approved)],
          [t("suspended"), yes(user.suspended)],
          [t("suspensionReason"), user.suspensionReason === "" ? undefined : user.suspensionReason],
          [t("nextTitle"), <NextTransition key="next" user={user} />],
        ]}
      />
    </Card>
  );
}

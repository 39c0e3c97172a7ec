/** The account's next transition and its time. */
import { useTranslation } from "react-i18next";

import type { User } from "../../../api/users";
import { RelativeTime } from "../../../ui/format/relative-time";

const NEXT = [
  "approval", "readiness", "retry", "repair", "warning", "expiry", "revocation", "teardown", "resumption", "end",
] as const;

export function NextTransition({ user }: { user: User }) {
  const { t } = useTranslation("users");
  const next = NEXT.find((known) => known === user.next);
  if (next === undefined) return <>{t("next.nothing")}</>;
  return (
    <>
      {t(`next.${next}`)}
      {user.nextTime === "" ? null : (
        <>
          {" · "}
          <RelativeTime time={user.nextTime} />
        </>
      )}
    </>
  );
}

/** Replaces every page while the account is not ready: its phase, the reason, and what comes next. */
import { Button } from "antd";
import { useIsFetching, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useGo } from "../../core/navigation/use-go";
import { PATHS } from "../../core/navigation/paths";
import { preparation } from "../../api/preparation";
import { useLogout } from "../../api/session/mutations";
import { sessionOptions } from "../../api/session/queries";
import type { Account } from "../../api/session/queries";
import { blockedState, PHASE, STATE } from "../../core/account-phases";
import { Card } from "../../ui/layout/card";
import { Notice } from "../../ui/feedback/notice";
import { PageHeader } from "../../ui/layout/page-header";
import page from "../../ui/layout/page.module.css";
import { Preparation } from "../../k8s/preparation";
import { StatusTag } from "../../ui/gauges/status-tag";
import { exactTime } from "../../ui/format/times";
import styles from "./account-blocked.module.css";

export function AccountBlocked({ account }: { account: Account }) {
  const { t, i18n } = useTranslation("app");
  const go = useGo();
  const client = useQueryClient();
  const looking = useIsFetching({ queryKey: sessionOptions.queryKey }) > 0;
  const logout = useLogout();
  const state = blockedState(account.state);
  const failed = account.phase === PHASE.failed;
  const inProgress = !failed && (state === STATE.preparing || state === STATE.pendingApproval);
  const ends = exactTime(account.ends, i18n.language);
  const until = account.next === "teardown" ? exactTime(account.nextTime, i18n.language) : "";
  return (
    <div className={styles.over}>
      <PageHeader title={t(failed ? "blocked.failed" : `blocked.states.${state}.title`)} aside={<StatusTag status={account.phase} />} description={account.email} />
      <div className={page.cards}>
        {account.message === "" ? null : <Notice tone={inProgress ? "busy" : "warn"} title={account.message} />}
        {account.suspensionReason === "" ? null : (
          <Notice tone="warn" title={t("blocked.reason")}>
            {account.suspensionReason}
          </Notice>
        )}
        {state === STATE.preparing ? (
          <Card title={t("blocked.progress")}>
            <div className={page.stack}>
              <Preparation steps={preparation(account)} />
              <p className={page.muted}>{t(failed ? (account.next === "repair" ? "blocked.repair" : "blocked.retry") : "blocked.preparingHint")}</p>
            </div>
          </Card>
        ) : (
          <Card title={t("blocked.next")}>
            <ul className={styles.next}>
              {state === STATE.expired && ends !== "" ? <li>{t("blocked.endedOn", { ends })}</li> : null}
              <li>{t(`blocked.states.${state}.access`)}</li>
              <li>{until !== "" ? t("blocked.keptUntil", { until }) : t(`blocked.states.${state}.things`)}</li>
              <li>{t(`blocked.states.${state}.back`)}</li>
            </ul>
          </Card>
        )}
        <div className={styles.actions}>
          {state === STATE.preparing ? null : (
            <Button loading={looking} onClick={() => void client.invalidateQueries({ queryKey: sessionOptions.queryKey })}>
              {t("blocked.checkAgain")}
            </Button>
          )}
          <Button
            loading={logout.isPending}
            onClick={() => logout.mutate(false, { onSettled: () => void go(PATHS.login) })}
          >
            {t("account.logout")}
          </Button>
        </div>
      </div>
    </div>
  );
}

/** What stands instead of every page while an account is not ready, or no longer. */
import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { sessionOptions } from "../../api/session";
import type { Account } from "../../api/session";
import { PageHeader } from "../../ui/page-header";
import { EmptyState } from "../../ui/states";
import { StatusTag } from "../../ui/status-tag";
import { exactTime } from "../../ui/times";

const STATES = ["expired", "suspended", "leaving", "preparing"] as const;

export function AccountOver({ account }: { account: Account }) {
  const { t, i18n } = useTranslation("app");
  const client = useQueryClient();
  const state = STATES.find((known) => known === account.state) ?? "preparing";
  return (
    <>
      <PageHeader title={t(`over.${state}`)} aside={<StatusTag status={account.state} />} />
      <EmptyState
        title={account.message || account.email}
        hint={t(`over.${state}Hint`, { ends: exactTime(account.ends, i18n.language) })}
        action={
          <Button onClick={() => void client.invalidateQueries({ queryKey: sessionOptions.queryKey })}>
            {t("over.checkAgain")}
          </Button>
        }
      />
    </>
  );
}

/** The caller's account: profile, validity, usage, login, removal. */
import { useTranslation } from "react-i18next";

import { isAdmin, useCaller } from "../../api/session/queries";
import { Card } from "../../ui/layout/card";
import { CopyButton } from "../../ui/form/copy-button";
import { KeyValue } from "../../ui/layout/key-value";
import { PageHeader } from "../../ui/layout/page-header";
import page from "../../ui/layout/page.module.css";
import { StatusTag } from "../../ui/gauges/status-tag";
import { Removal } from "./removal";
import { Security } from "./security";
import { Usage } from "./usage";
import { Validity } from "./validity";

export default function AccountPage() {
  const { t } = useTranslation("account");
  const account = useCaller();
  const admin = isAdmin(account);
  const { namespace } = account.spec;
  return (
    <>
      <PageHeader title={t("title")} aside={<StatusTag status={account.phase} />} />
      <div className={page.cards}>
        <div className={page.pair}>
          <Card title={t("profile.title")}>
            <KeyValue
              items={[
                [t("profile.email"), account.email],
                [t("profile.organization"), account.organization],
                [t("profile.role"), t(`profile.roles.${account.role as "tenant"}`)],
                [
                  t("profile.namespace"),
                  namespace === "" ? undefined : (
                    <span key="namespace">
                      <code>{namespace}</code> <CopyButton text={namespace} label={t("profile.namespace")} />
                    </span>
                  ),
                ],
              ]}
            />
          </Card>
          <Validity account={account} />
        </div>
        {admin ? null : <Usage account={account} />}
        <Security />
        {admin ? null : <Removal account={account} />}
      </div>
    </>
  );
}

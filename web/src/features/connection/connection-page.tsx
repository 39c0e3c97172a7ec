/** How to reach the caller's namespace with kubectl. */
import { useSyncExternalStore } from "react";

import { useTranslation } from "react-i18next";

import { isAdmin, useCaller } from "../../api/session/queries";
import { Card } from "../../ui/layout/card";
import { onTick } from "../../ui/format/clock";
import { CopyButton } from "../../ui/form/copy-button";
import { KeyValue } from "../../ui/layout/key-value";
import { Notice } from "../../ui/feedback/notice";
import { PageHeader } from "../../ui/layout/page-header";
import page from "../../ui/layout/page.module.css";
import { RelativeTime } from "../../ui/format/relative-time";
import { SecretText } from "../../ui/form/secret-text";
import { EmptyState } from "../../ui/feedback/states";
import { readKubeconfig } from "./kubeconfig";
import { Kubectl } from "./kubectl";

export default function ConnectionPage() {
  const { t } = useTranslation("connection");
  const account = useCaller();
  const { kubeConfig } = account.spec;
  const { server, namespace, tokenEnds } = readKubeconfig(kubeConfig);
  const over = useSyncExternalStore(onTick, () => tokenEnds !== "" && Date.parse(tokenEnds) <= Date.now());
  if (kubeConfig === "")
    return (
      <>
        <PageHeader title={t("title")} />
        {isAdmin(account) ? (
          <EmptyState title={t("admin")} hint={t("adminHint")} />
        ) : (
          <EmptyState title={t("notReady")} hint={t("notReadyHint")} />
        )}
      </>
    );
  const file = `${account.spec.namespace}.kubeconfig`;
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <div className={page.cards}>
        {over ? (
          <Notice tone="bad" title={t("over")}>
            {t("overHint")}
          </Notice>
        ) : null}
        <Card title={t("where")}>
          <KeyValue
            items={[
              [t("server"), <Copied key="server" text={server} label={t("server")} />],
              [t("namespace"), <Copied key="namespace" text={namespace || account.spec.namespace} label={t("namespace")} />],
              [t("tokenEnds"), tokenEnds === "" ? undefined : <RelativeTime key="token" time={tokenEnds} />],
              [t("accountEnds"), account.ends === "" ? t("never") : <RelativeTime key="account" time={account.ends} />],
            ]}
          />
        </Card>
        <SecretText text={kubeConfig} label={t("kubeconfig")} file={file} />
        <p className={page.muted}>{t("secret")}</p>
        <Kubectl file={file} />
      </div>
    </>
  );
}

function Copied({ text, label }: { text: string; label: string }) {
  return text === "" ? null : (
    <span>
      <code>{text}</code> <CopyButton text={text} label={label} />
    </span>
  );
}

/** After registration: the token, shown once, and the progress of preparation. */
import { useEffect, useState } from "react";

import { Button, Checkbox } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useGo } from "../../core/navigation/use-go";
import { STATE } from "../../core/account-phases";
import { PATHS } from "../../core/navigation/paths";
import { preparation } from "../../api/preparation";
import { useLogin } from "../../api/session/mutations";
import { sessionOptions } from "../../api/session/queries";
import forms from "../../ui/form/form.module.css";
import { Notice } from "../../ui/feedback/notice";
import { PageHeader } from "../../ui/layout/page-header";
import { Preparation } from "../../k8s/preparation";
import { SecretText } from "../../ui/form/secret-text";
import { exactTime } from "../../ui/format/times";

/** Milliseconds between refetches of an account that is being prepared. */
const LOOK_MS = 1000;

export function Registered({ email, token }: { email: string; token: string }) {
  const { t, i18n } = useTranslation("register");
  const go = useGo();
  const { mutate: logIn, mutateAsync: logInNow, isSuccess: inside } = useLogin();
  const [saved, setSaved] = useState(false);
  const [entering, setEntering] = useState(false);
  useEffect(() => logIn({ email, token }), [logIn, email, token]);
  useWarningBeforeLeaving(!saved);
  const { data: account } = useQuery({
    ...sessionOptions,
    enabled: inside,
    refetchInterval: ({ state: { data } }) => (data?.state === STATE.preparing ? LOOK_MS : false),
  });
  const enter = async () => {
    setEntering(true);
    try {
      if (!inside) await logInNow({ email, token });
      await go(PATHS.root, { replace: true });
    } catch {
      await go(PATHS.login, { search: { return: undefined } });
    }
  };
  return (
    <div className={forms.panel}>
      <PageHeader title={t("made.title")} description={email} />
      <Notice tone="warn" title={t("made.once")}>
        {t("made.onceHint")}
      </Notice>
      <SecretText text={token} label={t("made.token")} file="yurt-console-token.txt" open />
      <Checkbox checked={saved} onChange={(event) => setSaved(event.target.checked)}>
        {t("made.saved")}
      </Checkbox>
      {account?.state === STATE.pendingApproval ? (
        <Notice tone="busy" title={t("pending")}>
          {t("pendingHint")}
        </Notice>
      ) : null}
      {account === undefined || account.state === STATE.pendingApproval ? null : <Preparation steps={preparation(account)} />}
      {account?.state === STATE.ready ? (
        <Notice tone="good" title={t("made.ready")}>
          {account.ends === "" ? null : t("made.until", { ends: exactTime(account.ends, i18n.language) })}{" "}
          {t("made.nodes", { count: account.spec.maxNodeNum })}
        </Notice>
      ) : null}
      <Button type="primary" block disabled={!saved} loading={entering} onClick={() => void enter()}>
        {t("made.enter")}
      </Button>
      {saved ? null : <p className={forms.beside}>{t("made.first")}</p>}
    </div>
  );
}

/** Warns before the page closes with an unsaved token, which would be lost. */
function useWarningBeforeLeaving(wanted: boolean): void {
  useEffect(() => {
    if (!wanted) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [wanted]);
}

/** The login page: e-mail and token. */
import { useState } from "react";
import type { SubmitEvent } from "react";

import { Button, Checkbox, Input } from "antd";
import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { PATHS } from "../../core/navigation/paths";
import { useLogin } from "../../api/session/mutations";
import { storedEmail, storeEmail } from "../../api/session/storage";
import { Field } from "../../ui/form/field";
import forms from "../../ui/form/form.module.css";
import { Notice } from "../../ui/feedback/notice";
import { PageHeader } from "../../ui/layout/page-header";
import { useReturn } from "../../core/navigation/return-path";
import { Refusal } from "./refusal";

/** The reasons for which the page shows a notice. */
const REASONS = ["ended", "everywhere", "removed"] as const;

export default function LoginPage() {
  const { t } = useTranslation("login");
  const openReturn = useReturn();
  const search: { return?: string; after?: string } = useSearch({ strict: false });
  const reason = REASONS.find((known) => known === search.after);
  const login = useLogin();
  const [email, setEmail] = useState(storedEmail);
  const [token, setToken] = useState("");
  const [remember, setRemember] = useState(true);
  const [missing, setMissing] = useState(false);
  const enter = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = { email: email.trim(), token: token.trim() };
    setMissing(given.email === "" || given.token === "");
    if (given.email === "" || given.token === "" || login.isPending) return;
    login.mutate(given, {
      onSuccess: () => {
        storeEmail(remember ? given.email : undefined);
        void openReturn(search.return);
      },
    });
  };
  const need = (text: string) => (missing && text.trim() === "" ? t("required") : "");
  return (
    <div className={forms.panel}>
      <PageHeader title={t("title")} />
      {reason && !login.error ? <Notice tone={reason === "ended" ? "warn" : "good"} title={t(`after.${reason}`)} /> : null}
      {login.error ? <Refusal error={login.error} /> : null}
      <form className={forms.form} onSubmit={enter} noValidate>
        <Field label={t("email")} error={need(email)}>
          {(input) => (
            <Input
              {...input}
              name="email"
              type="email"
              inputMode="email"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={254}
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
        <Field label={t("token")} error={need(token)} hint={t("tokenHint")}>
          {(input) => (
            <Input.Password
              {...input}
              name="token"
              autoComplete="current-password"
              maxLength={256}
              value={token}
              onChange={(event) => setToken(event.target.value)}
            />
          )}
        </Field>
        <Checkbox checked={remember} onChange={(event) => setRemember(event.target.checked)}>
          {t("remember")}
        </Checkbox>
        <Button type="primary" htmlType="submit" block loading={login.isPending}>
          {t("title")}
        </Button>
      </form>
      <p className={forms.beside}>
        {t("noAccount")} <Link to={PATHS.register}>{t("register")}</Link>
      </p>
    </div>
  );
}

/** The way in: e-mail and token. */
import { useState } from "react";

import { Alert, Button, Form, Input } from "antd";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useLogin } from "../../api/session";
import { PageHeader } from "../../ui/page-header";
import { safeReturn } from "../../ui/return-path";

export default function LoginPage() {
  const { t } = useTranslation("login");
  const navigate = useNavigate();
  const search: { return?: string } = useSearch({ strict: false });
  const login = useLogin();
  const [email, setEmail] = useState("");
  const [token, setToken] = useState("");
  const enter = () =>
    login.mutate(
      { email, token },
      { onSuccess: () => void navigate({ href: safeReturn(search.return), replace: true }) },
    );
  return (
    <main>
      <PageHeader title={t("title")} />
      <Form layout="vertical" onFinish={enter}>
        {login.error ? <Alert type="error" title={login.error.message} /> : null}
        <Form.Item label={t("email")} htmlFor="email">
          <Input id="email" type="email" autoComplete="username" value={email} onChange={(event) => setEmail(event.target.value)} />
        </Form.Item>
        <Form.Item label={t("token")} htmlFor="token">
          <Input.Password
            id="token"
            autoComplete="current-password"
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={login.isPending}>
          {t("title")}
        </Button>
      </Form>
    </main>
  );
}

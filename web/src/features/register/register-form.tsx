/** The registration form, validated while typing; the server's errors stand at their fields. */
import { useRef, useState } from "react";
import type { SubmitEvent } from "react";

import { Button, Input } from "antd";
import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { PATHS } from "../../core/navigation/paths";
import { useRegister } from "../../api/session/mutations";
import type { Registration } from "../../api/session/mutations";
import { Field } from "../../ui/form/field";
import forms from "../../ui/form/form.module.css";
import { PageHeader } from "../../ui/layout/page-header";
import { Refusal } from "./refusal";
import { FIELDS, newKey, problemWith } from "./rules";
import type { FieldName } from "./rules";

const INPUTS: Record<FieldName, object> = {
  email: { type: "email", inputMode: "email", autoComplete: "email", autoCapitalize: "none", spellCheck: false },
  phone: { type: "tel", inputMode: "tel", autoComplete: "tel" },
  organization: { autoComplete: "organization" },
};
const NOTHING: Registration = { email: "", phone: "", organization: "" };

interface Props {
  /** Whether an administrator approves every account. */
  approval: boolean;
  onRegistered: (made: { email: string; token: string }) => void;
}

export function RegisterForm({ approval, onRegistered }: Props) {
  const { t } = useTranslation("register");
  const register = useRegister();
  const [values, setValues] = useState(NOTHING);
  /** Fields that lost the focus once or were sent: only those show errors. */
  const [left, setLeft] = useState<ReadonlySet<FieldName>>(new Set());
  /** The last request and its idempotency key: equal values reuse the key. */
  const sent = useRef({ values: NOTHING, key: "" });

  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setLeft(new Set(FIELDS));
    const wrong = FIELDS.find((field) => problemWith(field, values[field]) !== "");
    if (wrong !== undefined) {
      event.currentTarget.querySelector<HTMLInputElement>(`[name=${wrong}]`)?.focus();
      return;
    }
    if (register.isPending) return;
    if (FIELDS.some((field) => values[field] !== sent.current.values[field])) sent.current = { values, key: newKey() };
    register.mutate(
      { ...values, key: sent.current.key },
      { onSuccess: ({ token }) => onRegistered({ email: values.email.trim(), token }) },
    );
  };

  const error = (field: FieldName) => {
    const problem = problemWith(field, values[field]);
    if (problem !== "") return left.has(field) ? t(`problems.${problem}`, { field: t(`fields.${field}`) }) : "";
    const refused = register.error?.about(field) ?? "";
    return refused !== "" && register.variables?.[field] === values[field] ? t(`refusedFields.${field}`) : "";
  };

  return (
    <div className={forms.panel}>
      <PageHeader title={t("title")} description={t("what")} />
      {register.error ? <Refusal error={register.error} /> : null}
      <form className={forms.form} onSubmit={send} noValidate>
        {FIELDS.map((field) => (
          <Field key={field} label={t(`fields.${field}`)} hint={t(`rules.${field}`)} error={error(field)}>
            {(input) => (
              <Input
                {...input}
                {...INPUTS[field]}
                name={field}
                required
                status={error(field) === "" ? "" : "error"}
                value={values[field]}
                onChange={(event) => setValues({ ...values, [field]: event.target.value })}
                onBlur={() => values[field] !== "" && setLeft(new Set([...left, field]))}
              />
            )}
          </Field>
        ))}
        <Button type="primary" htmlType="submit" block loading={register.isPending}>
          {t("title")}
        </Button>
      </form>
      <p className={forms.beside}>{t(approval ? "approval" : "next")}</p>
      <p className={forms.beside}>
        {t("haveAccount")} <Link to={PATHS.login}>{t("login")}</Link>
      </p>
    </div>
  );
}

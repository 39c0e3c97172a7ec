/** The dialog that renews an account, by days or until a date, with the resulting end. */
import { useState, useSyncExternalStore } from "react";

import { Input, Radio } from "antd";
import { useTranslation } from "react-i18next";

import type { User } from "../../../api/users";
import type { ActionDialogProps } from "../../../core/actions";
import { onTick } from "../../../ui/format/clock";
import { Field } from "../../../ui/form/field";
import { exactTime } from "../../../ui/format/times";
import { ChangeDialog } from "./change-dialog";
import { renewal, endOf } from "./input-rules";
import type { Span } from "./input-rules";

const SECOND_MS = 1000;

export function RenewDialog({ row: user, onClose }: ActionDialogProps<User>) {
  const { t, i18n } = useTranslation("users");
  const [by, setBy] = useState<Span["by"]>("days");
  const [values, setValues] = useState({ days: "7", until: "" });
  // Ends are rounded up to the start's time of day, which for a new account is moments ago.
  const second = useSyncExternalStore(onTick, () => Math.ceil(Date.now() / SECOND_MS));
  const span = { by, input: values[by] };
  const now = second * SECOND_MS;
  const change = renewal(user, span, now);
  const end = change === undefined ? undefined : endOf(user, span, now);
  return (
    <ChangeDialog verb="renew" user={user} change={change} onClose={onClose}>
      {(send) => (
        <>
          <Radio.Group
            aria-label={t("actions.renew")}
            value={by}
            onChange={(event) => setBy(event.target.value as Span["by"])}
            options={[
              { value: "days", label: t("renew.by.days") },
              { value: "until", label: t("renew.by.until") },
            ]}
          />
          <Field label={t(`renew.${by}.field`)} hint={t(`renew.${by}.hint`)}>
            {(input) => (
              <Input
                {...input}
                key={by}
                type={by === "until" ? "datetime-local" : "text"}
                inputMode={by === "until" ? undefined : "numeric"}
                autoComplete="off"
                value={values[by]}
                onChange={(event) => setValues({ ...values, [by]: event.target.value })}
                onPressEnter={send}
              />
            )}
          </Field>
          <p role="status">
            {end === undefined
              ? t("renew.noEnd")
              : "at" in end
                ? t("renew.ends", { ends: exactTime(end.at, i18n.language) })
                : t("renew.endsAfter", { count: end.days })}
          </p>
        </>
      )}
    </ChangeDialog>
  );
}

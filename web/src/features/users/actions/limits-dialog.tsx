/** The dialog that changes an account's node limit and quota. */
import { useState } from "react";

import { Input } from "antd";
import { useTranslation } from "react-i18next";

import type { User } from "../../../api/users";
import type { ActionDialogProps } from "../../../core/actions";
import { Field } from "../../../ui/form/field";
import { ChangeDialog } from "./change-dialog";
import { limitsChange, isValid, LIMITS, limitsOf } from "./input-rules";

export function LimitsDialog({ row: user, onClose }: ActionDialogProps<User>) {
  const { t } = useTranslation("users");
  const [before] = useState(() => limitsOf(user));
  const [values, setValues] = useState(before);
  return (
    <ChangeDialog verb="limits" user={user} change={limitsChange(before, values)} onClose={onClose}>
      {(send) =>
        LIMITS.map((limit) => (
          <Field
            key={limit}
            label={t(`limits.${limit}.field`)}
            hint={t(`limits.${limit}.hint`)}
            error={isValid(limit, values[limit]) ? "" : t("limits.wrong")}
          >
            {(input) => (
              <Input
                {...input}
                inputMode={limit === "nodes" || limit === "pods" ? "numeric" : "text"}
                autoComplete="off"
                spellCheck={false}
                maxLength={20}
                value={values[limit]}
                onChange={(event) => setValues({ ...values, [limit]: event.target.value })}
                onPressEnter={send}
              />
            )}
          </Field>
        ))
      }
    </ChangeDialog>
  );
}

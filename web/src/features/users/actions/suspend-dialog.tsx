/** The dialog that suspends an account, with a reason. */
import { useState } from "react";

import { Input } from "antd";
import { useTranslation } from "react-i18next";

import type { User } from "../../../api/users";
import type { ActionDialogProps } from "../../../core/actions";
import { Field } from "../../../ui/form/field";
import { ChangeDialog } from "./change-dialog";
import { suspension, LONGEST_REASON } from "./input-rules";

export function SuspendDialog({ row: user, onClose }: ActionDialogProps<User>) {
  const { t } = useTranslation("users");
  const [text, setText] = useState("");
  return (
    <ChangeDialog verb="suspend" user={user} change={suspension(text)} onClose={onClose}>
      {(send) => (
        <Field label={t("suspend.field")} hint={t("suspend.hint")}>
          {(input) => (
            <Input
              {...input}
              autoComplete="off"
              maxLength={LONGEST_REASON}
              value={text}
              onChange={(event) => setText(event.target.value)}
              onPressEnter={send}
            />
          )}
        </Field>
      )}
    </ChangeDialog>
  );
}

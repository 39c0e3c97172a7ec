/** Takes an account's rights away, and asks why. */
import { useState } from "react";

import { Input } from "antd";
import { useTranslation } from "react-i18next";

import type { User } from "../../../api/users";
import { Field } from "../../../ui/form/field";
import { ChangeModal } from "./change-modal";
import { askedReason, LONGEST_REASON } from "./input-rules";

export function SuspendDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation("users");
  const [typed, setTyped] = useState("");
  return (
    <ChangeModal verb="suspend" user={user} asked={askedReason(typed)} onClose={onClose}>
      {(send) => (
        <Field label={t("suspend.field")} hint={t("suspend.hint")}>
          {(input) => (
            <Input
              {...input}
              autoComplete="off"
              maxLength={LONGEST_REASON}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              onPressEnter={send}
            />
          )}
        </Field>
      )}
    </ChangeModal>
  );
}

/** How many nodes an account may join, and what its pods may request together. */
import { useState } from "react";

import { Input } from "antd";
import { useTranslation } from "react-i18next";

import type { User } from "../../../api/users";
import { Field } from "../../../ui/form/field";
import { ChangeModal } from "./change-modal";
import { askedLimits, isTaken, LIMITS, limitsOf } from "./input-rules";

export function LimitsDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation("users");
  const [before] = useState(() => limitsOf(user));
  const [typed, setTyped] = useState(before);
  return (
    <ChangeModal verb="limits" user={user} asked={askedLimits(before, typed)} onClose={onClose}>
      {(send) =>
        LIMITS.map((limit) => (
          <Field
            key={limit}
            label={t(`limits.${limit}.field`)}
            hint={t(`limits.${limit}.hint`)}
            error={isTaken(limit, typed[limit]) ? "" : t("limits.wrong")}
          >
            {(input) => (
              <Input
                {...input}
                inputMode={limit === "nodes" || limit === "pods" ? "numeric" : "text"}
                autoComplete="off"
                spellCheck={false}
                maxLength={20}
                value={typed[limit]}
                onChange={(event) => setTyped({ ...typed, [limit]: event.target.value })}
                onPressEnter={send}
              />
            )}
          </Field>
        ))
      }
    </ChangeModal>
  );
}

/** One question about an account: for how long, how many nodes, or why. */
import { useState } from "react";

import { Input, Modal } from "antd";
import { useTranslation } from "react-i18next";

import { useChangeUser } from "../../api/administering";
import type { Change } from "../../api/administering";
import type { User } from "../../api/users";
import { Field } from "../../ui/field";
import page from "../../ui/page.module.css";
import { Refused } from "../../ui/refused";

export type Asking = "renew" | "limits" | "suspend";

/** Whole numbers the console takes. */
const NUMBERS = { renew: [1, 3650], limits: [0, 1000] } as const;
const LONGEST_REASON = 256;

/** What to ask the console for, undefined while what was typed makes no sense. */
export function asked(asking: Asking, typed: string): Change | undefined {
  const text = typed.trim();
  if (asking === "suspend")
    return text === "" || text.length > LONGEST_REASON ? undefined : { verb: "suspend", reason: text };
  const [least, most] = NUMBERS[asking];
  const number = /^\d{1,4}$/.test(text) ? Number(text) : -1;
  if (number < least || number > most) return undefined;
  return asking === "renew" ? { verb: "renew", days: number } : { verb: "limits", maxNodeNum: number };
}

export function ChangeDialog({ asking, user, onClose }: { asking: Asking; user: User; onClose: () => void }) {
  const { t } = useTranslation(["users", "ui"]);
  const change = useChangeUser(user.name);
  const first = { renew: "7", limits: String(user.maxNodeNum), suspend: "" };
  const [typed, setTyped] = useState(first[asking]);
  const wanted = asked(asking, typed);
  const send = () => {
    if (wanted !== undefined && !change.isPending) change.mutate(wanted, { onSuccess: onClose });
  };
  return (
    <Modal
      open
      title={t(`actions.${asking}`)}
      okText={t(`actions.${asking}`)}
      okButtonProps={{ disabled: wanted === undefined, danger: asking === "suspend" }}
      cancelText={t("cancel", { ns: "ui" })}
      confirmLoading={change.isPending}
      onOk={send}
      onCancel={onClose}
    >
      <div className={page.stack}>
        <p>{t(`${asking}.what`, { email: user.email })}</p>
        <Field label={t(`${asking}.field`)} hint={t(`${asking}.hint`)}>
          {(input) => (
            <Input
              {...input}
              inputMode={asking === "suspend" ? "text" : "numeric"}
              autoComplete="off"
              maxLength={LONGEST_REASON}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              onPressEnter={send}
            />
          )}
        </Field>
        <Refused title={t("actions.refused")} error={change.error} />
      </div>
    </Modal>
  );
}

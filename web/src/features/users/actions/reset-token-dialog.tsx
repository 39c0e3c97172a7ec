/** The dialog that issues a new token for an account. */
import { useTranslation } from "react-i18next";

import { useResetToken } from "../../../api/administration";
import type { User } from "../../../api/users";
import type { ActionDialogProps } from "../../../core/actions";
import { TokenDialog } from "../../../ui/form/token-dialog";

export function ResetTokenDialog({ row: user, onClose }: ActionDialogProps<User>) {
  const { t } = useTranslation("users");
  const reset = useResetToken(user.name);
  return (
    <TokenDialog
      open
      title={t("actions.token")}
      warning={t("token.what", { email: user.email })}
      confirm={t("actions.token")}
      danger
      pending={reset.isPending}
      refused={t("actions.refused")}
      error={reset.error}
      token={reset.data?.token}
      once={t("token.once")}
      onceHint={t("token.hint", { email: user.email })}
      onAsk={() => reset.mutate()}
      onClose={onClose}
    />
  );
}

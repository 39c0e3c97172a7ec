/** The dialog that issues a new login token for the caller. */
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useNewToken } from "../../api/session/mutations";
import { sessionOptions } from "../../api/session/queries";
import { TokenDialog } from "../../ui/form/token-dialog";

export function NewToken({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation("account");
  const client = useQueryClient();
  const renewal = useNewToken();
  const done = () => {
    onClose();
    renewal.reset();
    void client.invalidateQueries({ queryKey: sessionOptions.queryKey });
  };
  return (
    <TokenDialog
      open={open}
      title={t("token.title")}
      warning={t("token.warning")}
      confirm={t("token.confirm")}
      pending={renewal.isPending}
      refused={t("refused")}
      error={renewal.error}
      token={renewal.data?.token}
      once={t("token.once")}
      onceHint={t("token.onceHint")}
      onAsk={() => renewal.mutate()}
      onClose={done}
    />
  );
}

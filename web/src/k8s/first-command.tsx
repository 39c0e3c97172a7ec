/** The kubectl command that creates a first object, with a link to the kubeconfig. */
import { useTranslation } from "react-i18next";

import { Link } from "../core/navigation/link";
import { PATHS } from "../core/navigation/paths";
import { Command } from "../ui/form/command";

export function FirstCommand({ command }: { command: string }) {
  const { t } = useTranslation("objects");
  return (
    <>
      <Command title={t("firstCommand")} command={command} />
      <p>
        <Link to={PATHS.connection}>{t("connect")}</Link>
      </p>
    </>
  );
}

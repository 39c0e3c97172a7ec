/** The kubectl command that creates a first object, with a link to the kubeconfig. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Command } from "../ui/form/command";

export function FirstCommand({ command }: { command: string }) {
  const { t } = useTranslation("objects");
  return (
    <>
      <Command title={t("firstCommand")} command={command} />
      <p>
        <Link to="/connection">{t("connect")}</Link>
      </p>
    </>
  );
}

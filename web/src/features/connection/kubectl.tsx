/** The first kubectl commands with the downloaded kubeconfig. */
import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { listPath } from "../../core/navigation/paths";
import { useList } from "../../api/lists";
import { Card } from "../../ui/layout/card";
import { Command } from "../../ui/form/command";
import page from "../../ui/layout/page.module.css";

/** Names go into a shell command: only names that Kubernetes allows. */
const NAME = /^[a-z0-9][a-z0-9.-]*$/;

export function Kubectl({ file }: { file: string }) {
  const { t } = useTranslation("connection");
  const nodes = useList("nodes", { limit: 3, sort: "name" });
  const names = (nodes.data?.rows ?? []).map(({ name }) => name).filter((name) => NAME.test(name));
  return (
    <Card title={t("kubectl.title")}>
      <div className={page.stack}>
        <Command
          title={t("kubectl.keep")}
          command={`mkdir -p ~/.kube && mv ~/Downloads/${file} ~/.kube/ && chmod 600 ~/.kube/${file}\nexport KUBECONFIG=~/.kube/${file}`}
        />
        <Command title={t("kubectl.windows")} command={`$env:KUBECONFIG = "$HOME\\Downloads\\${file}"`} />
        <Command title={t("kubectl.pods")} command="kubectl get pods" />
        <Command title={t("kubectl.deploy")} command="kubectl create deployment hello --image=nginx --replicas=2" />
        {names.length > 0 ? <Command title={t("kubectl.nodes")} command={`kubectl get node ${names.join(" ")}`} /> : null}
        <p className={page.muted}>
          {t("kubectl.byName")} <Link to={listPath("nodes")}>{t("kubectl.allNodes")}</Link>
        </p>
      </div>
    </Card>
  );
}

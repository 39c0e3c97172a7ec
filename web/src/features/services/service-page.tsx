/** The page of one Service: addresses, ports, selected pods. */
import { useTranslation } from "react-i18next";

import { useRelated } from "../../api/lists";
import { CopyButton } from "../../ui/form/copy-button";
import { Labels } from "../../k8s/labels";
import { selectorText } from "../../k8s/object/kubernetes";
import { Pods } from "../../k8s/object/pods";
import { RELATED_LIMIT } from "../../k8s/object/related-limit";
import { KindObjectPage } from "../../k8s/pages/object-page";
import { useKindObject } from "../../k8s/pages/use-kind-object";
import { RelativeTime } from "../../ui/format/relative-time";
import { Ports } from "./ports";

export default function ServicePage() {
  const { t } = useTranslation(["services", "objects"]);
  const data = useKindObject("services");
  const { namespace, name, row: service, object } = data;
  // Either response has the selector: when the list fails, the object still gives the pods.
  const matchLabels = (object.data?.spec?.selector ?? {}) as Record<string, string>;
  const labels = service?.selector ?? selectorText({ matchLabels });
  const pods = useRelated("pods", { namespace, labels, limit: RELATED_LIMIT }, { enabled: labels !== "" });
  const affinity = object.data?.spec?.sessionAffinity;
  const inCluster = `${name}.${namespace}.svc`;
  return (
    <KindObjectPage
      data={data}
      status={service?.type}
      summary={[
        [t("objects:columns.namespace"), namespace],
        [t("objects:columns.clusterIp"), service?.clusterIp],
        [
          t("inCluster"),
          <>
            <code>{inCluster}</code> <CopyButton text={inCluster} label={t("inCluster")} />
          </>,
        ],
        [t("objects:columns.external"), service?.externalAddresses.join(", ")],
        [t("objects:selector"), labels && <Labels labels={labels} />],
        [t("affinity"), affinity === "None" ? t("noAffinity") : affinity],
        [t("objects:columns.created"), service && <RelativeTime time={service.createTime} />],
      ]}
    >
      <Ports ports={object.data?.spec?.ports} />
      {(service !== undefined || object.data !== undefined) && labels === "" ? null : (
        <Pods list={pods} search={{ namespace, labels }} empty={t("noPods")} />
      )}
    </KindObjectPage>
  );
}

/** The page of one Service: addresses, ports, selected pods. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useRelated, useRow } from "../../api/lists";
import { useObject } from "../../api/objects";
import { CopyButton } from "../../ui/form/copy-button";
import { Labels } from "../../k8s/labels";
import { Events } from "../../k8s/object/events";
import { selectorText } from "../../k8s/object/kubernetes";
import type { KubernetesObject } from "../../k8s/object/kubernetes";
import { ObjectPage } from "../../k8s/object/object-page";
import { Pods } from "../../k8s/object/pods";
import { RELATED_LIMIT } from "../../k8s/object/related-limit";
import { useObjectAddress } from "../../k8s/object/use-object-address";
import { RelativeTime } from "../../ui/format/relative-time";
import { Ports } from "./ports";

export default function ServicePage() {
  const { t } = useTranslation(["services", "objects"]);
  const { namespace, name } = useObjectAddress();
  const row = useRow("services", namespace, name);
  const object = useObject<KubernetesObject>("services", namespace, name);
  const service = row.data?.rows[0];
  // Either response has the selector: when the list fails, the object still gives the pods.
  const matchLabels = (object.data?.spec?.selector ?? {}) as Record<string, string>;
  const labels = service?.selector ?? selectorText({ matchLabels });
  const pods = useRelated("pods", { namespace, labels, limit: RELATED_LIMIT }, { enabled: labels !== "" });
  const events = useRelated("events", { namespace, kind: "Service", name, limit: RELATED_LIMIT });
  const affinity = object.data?.spec?.sessionAffinity;
  const inCluster = `${name}.${namespace}.svc`;
  return (
    <ObjectPage
      name={name}
      parent={<Link to="/services">{t("title")}</Link>}
      status={service?.type}
      known={row.data && service !== undefined}
      object={object}
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
      after={<Events list={events} />}
    >
      <Ports ports={object.data?.spec?.ports} />
      {(service !== undefined || object.data !== undefined) && labels === "" ? null : (
        <Pods list={pods} search={{ namespace, labels }} empty={t("noPods")} />
      )}
    </ObjectPage>
  );
}

/** The page of one Pod: containers, node, owner, services, events. */
import { useTranslation } from "react-i18next";

import { useRelated } from "../../api/lists";
import { useObject } from "../../api/objects";
import { useNodeCounts } from "../../api/overview";
import { Images } from "../../k8s/images";
import { LinkTo } from "../../k8s/link-to";
import { NoNodes } from "../../k8s/no-nodes";
import { ownerOf, selecting } from "../../k8s/object/kubernetes";
import type { KubernetesObject } from "../../k8s/object/kubernetes";
import { Links } from "../../k8s/object/links";
import { KindObjectPage } from "../../k8s/pages/object-page";
import { useKindObject } from "../../k8s/pages/use-kind-object";
import { RelativeTime } from "../../ui/format/relative-time";
import { StatusTag } from "../../ui/gauges/status-tag";
import { useMessageText } from "../../k8s/messages/use-message-text";
import { ContainerStates } from "./container-states";

export default function PodPage() {
  const { t } = useTranslation(["pods", "objects"]);
  const data = useKindObject("pods");
  const { namespace, row: pod, object } = data;
  const why = useMessageText();
  const services = useRelated("services", { namespace }).data?.rows ?? [];
  const counts = useNodeCounts();
  const { metadata, spec, status } = object.data ?? {};
  return (
    <KindObjectPage
      data={data}
      status={pod && <StatusTag status={pod.status} />}
      notice={pod?.node === "" ? <NoNodes counts={counts} /> : null}
      summary={[
        [t("objects:columns.reason"), pod?.message ? <span title={pod.message}>{why(pod.message)}</span> : undefined],
        [t("objects:columns.namespace"), namespace],
        [t("objects:columns.node"), pod && <LinkTo kind="nodes" name={pod.node} />],
        [
          t("objects:columns.owner"),
          pod && <Owner namespace={namespace} kind={pod.ownerKind} name={pod.ownerName} />,
        ],
        [
          t("objects:services"),
          <Links
            key="services"
            kind="services"
            namespace={namespace}
            names={selecting(services, metadata?.labels).map((one) => one.name)}
          />,
        ],
        [t("objects:columns.ip"), pod?.ip],
        [t("objects:columns.ready"), pod && `${pod.readyContainers}/${pod.containers}`],
        [t("objects:columns.restarts"), pod?.restarts],
        [t("objects:columns.images"), pod && <Images images={pod.images} limit={3} />],
        [t("serviceAccount"), spec?.serviceAccountName],
        [t("qos"), status?.qosClass],
        [t("objects:columns.created"), pod && <RelativeTime time={pod.createTime} />],
      ]}
    >
      <ContainerStates pod={object.data} />
    </KindObjectPage>
  );
}

/** The owner. A ReplicaSet has no page, so its Deployment is linked too. */
function Owner({ namespace, kind, name }: { namespace: string; kind: string; name: string }) {
  const set = useObject<KubernetesObject>("replicasets", namespace, name, kind === "ReplicaSet");
  const above = kind === "ReplicaSet" ? ownerOf(set.data) : undefined;
  if (name === "") return "–";
  return (
    <>
      {above ? (
        <>
          {above.kind} <LinkTo kind={above.kind} namespace={namespace} name={above.name} />
          {" · "}
        </>
      ) : null}
      {kind} <LinkTo kind={kind} namespace={namespace} name={name} />
    </>
  );
}

/** The page of one Node: status, usage, pods, taints, events, images. */
import { useTranslation } from "react-i18next";

import { useParams } from "@tanstack/react-router";

import { Link } from "../../core/navigation/link";
import { listPath } from "../../core/navigation/paths";
import { useRelated } from "../../api/lists";
import { useClusterObject } from "../../api/objects";
import { isAdmin, useCaller } from "../../api/session/queries";
import { Card } from "../../ui/layout/card";
import { LinkTo } from "../../k8s/link-to";
import { Events } from "../../k8s/object/events";
import { ObjectPage } from "../../k8s/object/object-page";
import { Pods } from "../../k8s/object/pods";
import { RELATED_LIMIT } from "../../k8s/object/related-limit";
import { RelativeTime } from "../../ui/format/relative-time";
import { ResourceUsage } from "../../ui/gauges/resource-usage";
import usage from "../../ui/gauges/resource-usage.module.css";
import { systemOf } from "./columns";
import { LeaveButton } from "./leave-button";
import { Autonomy, NodeImages, NodeTaints } from "./node-cards";
import type { NodeObject } from "./node-cards";
import { NodeState } from "./node-state";
import type { Node } from "./node-state";

export default function NodePage() {
  const { t } = useTranslation(["nodes", "objects"]);
  const { name = "" }: { name?: string } = useParams({ strict: false });
  const account = useCaller();
  const admin = isAdmin(account);
  const row = useRelated("nodes", { name, detail: true, limit: 1 });
  const object = useClusterObject<NodeObject>("nodes", name);
  const pods = useRelated("pods", { node: name, limit: RELATED_LIMIT });
  const events = useRelated("events", { kind: "Node", name, limit: RELATED_LIMIT });
  const node = row.data?.rows[0];
  const info = node?.nodeInfo;
  return (
    <ObjectPage
      key={name}
      name={name}
      parent={<Link to={listPath("nodes")}>{t("title")}</Link>}
      status={node && <NodeState node={node} />}
      known={row.data && node !== undefined}
      object={object}
      summary={[
        [t("columns.pool"), node && <LinkTo kind="nodepools" name={node.nodePool} />],
        [t("columns.role"), node && t(`roles.${node.role as "edge"}`)],
        [t("columns.tenant"), admin ? node?.namespace : undefined],
        [t("part.autonomy"), node && <Autonomy autonomy={node.autonomy ?? ""} />],
        [t("part.reason"), node?.reason || undefined],
        [t("columns.size"), node?.configuration],
        [t("part.addresses"), node && addressesOf(node)],
        [t("columns.system"), info && systemOf(info)],
        [t("part.os"), info?.osImage],
        [t("part.kernel"), info?.kernelVersion],
        [t("part.runtime"), info?.containerRuntimeVersion],
        [t("part.kubelet"), info?.kubeletVersion],
        [t("part.kubeProxy"), info?.kubeProxyVersion],
        [t("part.uid"), node && <code>{node.uid}</code>],
        [t("columns.created"), node && <RelativeTime time={node.createTime} />],
      ]}
      after={
        <>
          <NodeTaints taints={node?.details?.taints} />
          <Events list={events} />
          <NodeImages images={object.data?.status?.images} />
          {admin || account.nodeLeaveScript === "" ? null : <LeaveButton node={name} script={account.nodeLeaveScript} />}
        </>
      }
    >
      {node?.details ? (
        <Card title={t("part.usage")}>
          <div className={usage.resources}>
            <ResourceUsage title={t("columns.cpu")} amounts={node.details.cpu} unit="cpu" />
            <ResourceUsage title={t("columns.memory")} amounts={node.details.memory} unit="bytes" />
          </div>
        </Card>
      ) : null}
      <Pods
        list={pods}
        search={{ node: name }}
        columns={{ namespace: admin, owner: true, node: false }}
        empty={t("part.noPods")}
      />
    </ObjectPage>
  );
}

/** "10.0.0.1, edge-1 (Hostname)": the API has them as "InternalIP=10.0.0.1". */
function addressesOf(node: Node): string {
  const all = (node.details?.addresses ?? []).map((address) => {
    const [type = "", value = ""] = address.split("=", 2);
    return `${value} (${type})`;
  });
  return all.join(", ") || node.ip;
}

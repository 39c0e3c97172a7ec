/** The page of one NodePool: nodes, and its tenant's workloads. */
import { useMemo } from "react";

import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { listPath } from "../../core/navigation/paths";
import { useRelated } from "../../api/lists";
import type { Rows } from "../../api/lists";
import { useClusterObject } from "../../api/objects";
import { isAdmin, useCaller } from "../../api/session/queries";
import { useWorkloadColumns } from "../../k8s/columns/workloads";
import { LinkTo } from "../../k8s/link-to";
import { Events } from "../../k8s/object/events";
import type { KubernetesObject } from "../../k8s/object/kubernetes";
import { ObjectPage } from "../../k8s/object/object-page";
import { Related } from "../../k8s/object/related";
import { RELATED_LIMIT } from "../../k8s/object/related-limit";
import { RelativeTime } from "../../ui/format/relative-time";
import type { Column } from "../../ui/list/resource-table/types";
import { StatusTag } from "../../ui/gauges/status-tag";
import { PoolType } from "./pool-type";

type Node = Rows["nodes"];

const KINDS = ["deployments", "statefulsets", "daemonsets"] as const;

export default function NodePoolPage() {
  const { t } = useTranslation(["nodepools", "objects"]);
  const { name = "" }: { name?: string } = useParams({ strict: false });
  const admin = isAdmin(useCaller());
  const row = useRelated("nodepools", { name, limit: 1 });
  const object = useClusterObject<KubernetesObject>("nodepools", name);
  // Unhealthy nodes come first.
  const nodes = useRelated("nodes", { nodePool: name, sort: "status", limit: RELATED_LIMIT });
  const events = useRelated("events", { kind: "NodePool", name, limit: RELATED_LIMIT });
  const pool = row.data?.rows[0];
  return (
    <ObjectPage
      key={name}
      name={name}
      parent={<Link to={listPath("nodepools")}>{t("title")}</Link>}
      status={pool && <StatusTag status={pool.status} />}
      known={row.data && pool !== undefined}
      object={object}
      summary={[
        [t("columns.type"), pool && <PoolType type={pool.type} />],
        [t("columns.nodes"), pool && t("nodesReady", { healthy: pool.nodeStatus.healthyNum, total: pool.nodeStatus.totalNum })],
        [t("columns.os"), pool?.os],
        [t("columns.tenant"), admin ? pool?.namespace : undefined],
        [t("hostNetwork"), pool && t(pool.hostNetwork ? "yes" : "no")],
        [t("taints"), pool && (pool.taints.map(({ key, value, effect }) => `${key}=${value}:${effect}`).join(", ") || "–")],
        [t("columns.created"), pool && <RelativeTime time={pool.createTime} />],
      ]}
      after={<Events list={events} />}
    >
      <Related
        title={t("nodes")}
        list={nodes}
        columns={useNodeColumns()}
        rowKey={(node) => node.uid}
        empty={t("noNodes")}
        all={
          <Link to={listPath("nodes")} search={{ nodePool: name }}>
            {t("objects:allPods")}
          </Link>
        }
      />
      {/* A tenant's workloads run on the tenant's nodes only; for a shared pool they are unknown. */}
      {pool?.namespace ? KINDS.map((kind) => <Workloads key={kind} kind={kind} namespace={pool.namespace} />) : null}
    </ObjectPage>
  );
}

function Workloads({ kind, namespace }: { kind: (typeof KINDS)[number]; namespace: string }) {
  const { t } = useTranslation("objects");
  const list = useRelated(kind, { namespace, limit: RELATED_LIMIT });
  const columns = useWorkloadColumns(kind, false);
  if (list.data?.total === 0) return null;
  return (
    <Related
      title={t("title", { ns: kind })}
      list={list}
      columns={columns}
      rowKey={(row) => row.uid}
      empty=""
      all={
        <Link to={listPath(kind)} search={{ namespace }}>
          {t("allPods")}
        </Link>
      }
    />
  );
}

function useNodeColumns(): Column<Node>[] {
  const { t } = useTranslation(["nodes", "nodepools"]);
  return useMemo(
    () => [
      { key: "name", title: t("columns.name"), render: (node) => <LinkTo kind="nodes" name={node.name} /> },
      { key: "status", title: t("columns.status"), render: (node) => <StatusTag status={node.status} reason={node.reason} /> },
      { key: "ip", title: t("columns.ip"), render: (node) => node.ip || "–" },
      { key: "size", title: t("columns.size"), render: (node) => node.configuration || "–" },
      { key: "pods", title: t("columns.pods"), align: "end", render: (node) => node.pods },
      { key: "version", title: t("columns.version"), render: (node) => node.nodeInfo.kubeletVersion },
      { key: "created", title: t("columns.created"), render: (node) => <RelativeTime time={node.createTime} /> },
    ],
    [t],
  );
}

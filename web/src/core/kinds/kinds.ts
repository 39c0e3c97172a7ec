/**
 * The Kubernetes kinds that the page knows, one record each. Lists, objects, cache invalidation, addresses, links,
 * navigation, search and the standard pages derive from it.
 */
import {
  AppstoreOutlined,
  CheckSquareOutlined,
  ClockCircleOutlined,
  CloudServerOutlined,
  ClusterOutlined,
  DatabaseOutlined,
  DeploymentUnitOutlined,
  FileTextOutlined,
  NotificationOutlined,
  ShareAltOutlined,
  TeamOutlined,
} from "@ant-design/icons";

import { applyCommand } from "./commands";
import type { KindSpec } from "./kind-spec";

export const KINDS = {
  nodes: {
    kind: "Node",
    group: "",
    namespaced: false,
    list: "/nodes",
    listDependsOn: ["pods", "usage"],
    pages: "list+object",
    navigation: { group: "infrastructure", order: 10, icon: CloudServerOutlined },
    searchable: true,
  },
  nodepools: {
    kind: "NodePool",
    group: "apps.openyurt.io",
    namespaced: false,
    list: "/nodepools",
    listDependsOn: ["nodes"],
    pages: "list+object",
    navigation: { group: "infrastructure", order: 20, icon: ClusterOutlined },
    searchable: true,
  },
  pods: {
    kind: "Pod",
    group: "",
    namespaced: true,
    list: "/pods",
    pages: "list+object",
    navigation: { group: "workloads", order: 10, icon: AppstoreOutlined },
    searchable: true,
    firstCommand: "kubectl run web --image=nginx",
  },
  deployments: {
    kind: "Deployment",
    group: "apps",
    namespaced: true,
    list: "/deployments",
    pages: "list+object",
    navigation: { group: "workloads", order: 20, icon: DeploymentUnitOutlined },
    searchable: true,
    firstCommand: "kubectl create deployment web --image=nginx --replicas=2",
  },
  statefulsets: {
    kind: "StatefulSet",
    group: "apps",
    namespaced: true,
    list: "/statefulsets",
    pages: "list+object",
    navigation: { group: "workloads", order: 30, icon: DatabaseOutlined },
    searchable: true,
    firstCommand: applyCommand("StatefulSet", "  serviceName: web\n"),
  },
  daemonsets: {
    kind: "DaemonSet",
    group: "apps",
    namespaced: true,
    list: "/daemonsets",
    pages: "list+object",
    navigation: { group: "workloads", order: 40, icon: ClusterOutlined },
    searchable: true,
    firstCommand: applyCommand("DaemonSet"),
  },
  jobs: {
    kind: "Job",
    group: "batch",
    namespaced: true,
    list: "/jobs",
    pages: "list+object",
    navigation: { group: "workloads", order: 50, icon: CheckSquareOutlined },
    searchable: true,
    statuses: { title: "status", values: ["Running", "Complete", "Failed", "Suspended"] },
    firstCommand: "kubectl create job hello --image=busybox -- echo hello",
  },
  cronjobs: {
    kind: "CronJob",
    group: "batch",
    namespaced: true,
    list: "/cronjobs",
    listDependsOn: ["jobs"],
    pages: "list+object",
    navigation: { group: "workloads", order: 60, icon: ClockCircleOutlined },
    searchable: true,
    columns: [
      { key: "status", field: "status", format: "status", sort: "status" },
      { key: "schedule", field: "schedule", format: "code", sort: "schedule" },
      { key: "active", field: "active", format: "number" },
      { key: "lastRun", field: "lastScheduleTime", format: "time", sort: "lastScheduleTime" },
      { key: "images", field: "images", format: "images", wide: true },
    ],
    statuses: { title: "status", values: ["Scheduled", "Active", "Failed", "Suspended"] },
    firstCommand: "kubectl create cronjob hello --image=busybox --schedule='*/5 * * * *' -- date",
  },
  services: {
    kind: "Service",
    group: "",
    namespaced: true,
    list: "/services",
    pages: "list+object",
    navigation: { group: "workloads", order: 70, icon: ShareAltOutlined },
    searchable: true,
    columns: [
      { key: "type", field: "type", format: "text", sort: "type" },
      { key: "clusterIp", field: "clusterIp", format: "text" },
      { key: "external", field: "externalAddresses", format: "list" },
      { key: "ports", field: "ports", format: "list" },
      { key: "selector", field: "selector", format: "labels", wide: true },
    ],
    statuses: { title: "type", values: ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"] },
    firstCommand: "kubectl expose deployment web --port=80",
  },
  configmaps: {
    kind: "ConfigMap",
    group: "",
    namespaced: true,
    list: "/configmaps",
    pages: "list+object",
    navigation: { group: "workloads", order: 75, icon: FileTextOutlined },
    searchable: true,
    columns: [
      { key: "keys", field: "keys", format: "number", sort: "keys" },
      { key: "size", field: "size", format: "number", sort: "size" },
      { key: "labels", field: "labels", format: "labels", wide: true },
    ],
    firstCommand: "kubectl create configmap settings --from-literal=colour=blue",
  },
  events: {
    kind: "Event",
    group: "",
    namespaced: true,
    list: "/clusterEvents",
    pages: "list",
    navigation: { group: "workloads", order: 80, icon: NotificationOutlined },
  },
  users: {
    kind: "User",
    group: "user.openyurt.io",
    namespaced: false,
    list: "/users",
    listDependsOn: ["nodes"],
    pages: "list+object",
    navigation: { group: "platform", order: 20, icon: TeamOutlined, admin: true },
  },
  namespaces: { kind: "Namespace", group: "", namespaced: false, list: "/namespaces" },
  resourcequotas: { kind: "ResourceQuota", group: "", namespaced: true, list: "/resourcequotas" },
  replicasets: { kind: "ReplicaSet", group: "apps", namespaced: true, changesWith: ["pods"] },
  certificatesigningrequests: { kind: "CertificateSigningRequest", group: "certificates.k8s.io", namespaced: false },
} as const satisfies Record<string, KindSpec>;

/** A kind by its lower-case plural: "pods". */
export type Plural = keyof typeof KINDS;

/** The kinds of which `F` is true, by their records. */
type PluralsWith<F> = { [K in Plural]: (typeof KINDS)[K] extends F ? K : never }[Plural];

/** Kinds with a list in the API. */
export type ListPlural = PluralsWith<{ list: string }>;
/** Kinds with a list page. */
export type PagePlural = PluralsWith<{ pages: string }>;
/** Kinds with a page per object. */
export type ObjectPagePlural = PluralsWith<{ pages: "list+object" }>;
export type NamespacedPlural = PluralsWith<{ namespaced: true }>;

/** A name in the stream of changes: a plural, or `usage`, the metrics of nodes. */
export type ChangeKind = Plural | "usage";

/** The record of a plural, with all optional fields. */
export function specOf(plural: Plural): KindSpec<ChangeKind> {
  return KINDS[plural];
}

export function isPlural(text: string): text is Plural {
  return Object.hasOwn(KINDS, text);
}

const PLURALS = Object.keys(KINDS) as Plural[];
const BY_KIND = new Map<string, Plural>(PLURALS.map((plural) => [KINDS[plural].kind, plural]));

/** The plural of a kind ("Pod") or of a plural itself. */
export function pluralOf(kindOrPlural: string): Plural | undefined {
  return isPlural(kindOrPlural) ? kindOrPlural : BY_KIND.get(kindOrPlural);
}

/** Kinds with a list page, in the order of the records. */
export const PAGE_PLURALS = PLURALS.filter((plural): plural is PagePlural => specOf(plural).pages !== undefined);

/** The plural of a kind that has a list page, undefined for any other. */
export function pagePluralOf(kindOrPlural: string): PagePlural | undefined {
  return PAGE_PLURALS.find((plural) => plural === pluralOf(kindOrPlural));
}

/** The parts of Kubernetes objects that pages read (pure). Every field may be missing. */

export interface KubernetesObject {
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: readonly { kind: string; name: string; controller?: boolean }[];
  };
  spec?: Spec;
  status?: Status;
  /** Of ConfigMaps. */
  data?: Readonly<Record<string, string>>;
}

export interface PodSpec {
  containers?: readonly Container[];
  initContainers?: readonly Container[];
  nodeName?: string;
  serviceAccountName?: string;
  restartPolicy?: string;
}

export interface Spec extends PodSpec {
  selector?: LabelSelector | Record<string, string>;
  template?: { metadata?: { labels?: Record<string, string> }; spec?: PodSpec };
  jobTemplate?: { spec?: { template?: { spec?: PodSpec } } };
  strategy?: { type?: string };
  updateStrategy?: { type?: string };
  serviceName?: string;
  concurrencyPolicy?: "Allow" | "Forbid" | "Replace";
  backoffLimit?: number;
  sessionAffinity?: string;
  ports?: readonly ServicePort[];
}

export interface ServicePort {
  name?: string;
  port: number;
  targetPort?: number | string;
  nodePort?: number;
  protocol?: string;
}

export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

export interface Container {
  name: string;
  image?: string;
  command?: readonly string[];
  args?: readonly string[];
  ports?: readonly { containerPort: number; protocol?: string; name?: string }[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
}

export interface ContainerState {
  running?: { startedAt?: string };
  waiting?: { reason?: string; message?: string };
  terminated?: { reason?: string; message?: string; exitCode?: number; signal?: number; finishedAt?: string };
}

export interface ContainerStatus {
  name: string;
  ready?: boolean;
  restartCount?: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

export interface Status {
  /** Of pods. */
  phase?: string;
  conditions?: readonly Condition[];
  containerStatuses?: readonly ContainerStatus[];
  initContainerStatuses?: readonly ContainerStatus[];
  qosClass?: string;
  hostIP?: string;
}

/** A selector in the API's text form, "" for an empty one. */
export function selectorText(selector: LabelSelector | undefined): string {
  const equal = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const others = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator === "In" ? "in" : "notin"} (${values.join(",")})`;
  });
  return [...equal, ...others].join(",");
}

/** Labels as "k=v" texts, in order of their keys. */
export function labelTexts(labels: Record<string, string> | undefined): string[] {
  return Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort();
}

/** The services that select these labels; one without a selector selects nothing. */
export function selecting<S extends { selector: string }>(
  services: readonly S[],
  labels: Record<string, string> | undefined,
): S[] {
  const there = new Set(labelTexts(labels));
  return services.filter(({ selector }) => selector !== "" && selector.split(",").every((one) => there.has(one)));
}

/** The controlling owner, else the first owner. */
export function ownerOf(object: KubernetesObject | undefined): { kind: string; name: string } | undefined {
  const owners = object?.metadata.ownerReferences ?? [];
  return owners.find(({ controller }) => controller) ?? owners[0];
}

/** A container's state as one word, with its message and time. */
export function stateOf(state: ContainerState | undefined): { word: string; why: string; since: string } {
  const { running, waiting, terminated } = state ?? {};
  if (running) return { word: "Running", why: "", since: running.startedAt ?? "" };
  if (terminated) {
    const code = terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode ?? 0}`;
    return { word: terminated.reason ?? code, why: terminated.message ?? "", since: terminated.finishedAt ?? "" };
  }
  return { word: waiting?.reason ?? "Waiting", why: waiting?.message ?? "", since: "" };
}

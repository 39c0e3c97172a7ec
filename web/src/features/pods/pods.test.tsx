import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { renderAt, status } from "../../testing/render";
import { feature } from "./feature";

const NAMESPACE = "user-aaaaaaaaaaaaaaaaaaaa";
const HOSTILE = "<img src=x onerror=alert(1)>";
const POD = {
  name: "web-1",
  namespace: NAMESPACE,
  uid: "u1",
  labels: "app=web",
  createTime: "2024-03-01T08:00:00Z",
  status: "Pending",
  phase: "Pending",
  message: "0/2 nodes are available: 2 Insufficient cpu.",
  node: "",
  ip: "",
  restarts: 0,
  ready: false,
  readyContainers: 0,
  containers: 1,
  images: [{ image: "nginx:1.25" }],
  cpuRequest: 100,
  cpuLimit: 0,
  memoryRequest: 0,
  memoryLimit: 0,
  ownerKind: "ReplicaSet",
  ownerName: "web-5d8f",
};
const OBJECT = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web-1", namespace: NAMESPACE, labels: { app: "web" }, annotations: { note: HOSTILE } },
  spec: { containers: [{ name: "c", image: "nginx:1.25", args: [HOSTILE] }] },
  status: {
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
    containerStatuses: [
      { name: "c", restartCount: 7, state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: { terminated: { exitCode: 3 } } },
    ],
  },
};
const list = (...items: object[]) => ({ items, total: items.length, staleSince: null });
const overview = (total: number, healthy: number) => ({
  clusterStatus: [{ kind: "nodes", totalNum: total, healthyNum: healthy }],
  staleSince: null,
});
const ANSWERS = {
  "/pods": list(POD),
  "/clusterOverview": overview(2, 2),
  "/clusterEvents": list(),
  "/services": list({ name: "shop", namespace: NAMESPACE, selector: "app=web" }, { name: "other", namespace: NAMESPACE, selector: "app=db" }),
  [`/objects/pods/${NAMESPACE}/web-1`]: OBJECT,
  [`/objects/replicasets/${NAMESPACE}/web-5d8f`]: {
    metadata: { name: "web-5d8f", ownerReferences: [{ kind: "Deployment", name: "web", controller: true }] },
  },
};
const AT = `/pods/${NAMESPACE}/web-1`;

it("lists pods with the scheduler's reason in words", async () => {
  renderAt("/pods", [feature], ANSWERS);
  const row = (await screen.findByRole("link", { name: "web-1" })).closest("tr");
  expect(within(row as HTMLElement).getByText("2 nodes have too little free CPU")).toBeInTheDocument();
});

it("says what makes the first pod, and why it would wait", async () => {
  renderAt("/pods", [feature], { ...ANSWERS, "/pods": list(), "/clusterOverview": overview(0, 0) });
  expect(await screen.findByText("kubectl run web --image=nginx")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "How to use kubectl here" })).toHaveAttribute("href", "/console/connection");
  expect(await screen.findByText("Nothing can run yet: there is no node")).toBeInTheDocument();
});

it("asks for what its address says, and clears all of it", async () => {
  const { requests, at } = renderAt("/pods?owner=Job%2Fx&node=edge-1&labels=app%3Dweb", [feature], { ...ANSWERS, "/pods": list() });
  await userEvent.click(await screen.findByRole("button", { name: "Clear search and filters" }));
  expect(requests.find((one) => one.startsWith("GET /pods?"))).toMatch(/labels=app%3Dweb.*node=edge-1&owner=Job%2Fx/);
  await waitFor(() => expect(at()).toBe("/console/pods"));
});

it("leads from a pod to its deployment and to the services that select it", async () => {
  renderAt(AT, [feature], ANSWERS);
  expect(await screen.findByRole("link", { name: "web" })).toHaveAttribute("href", `/console/deployments/${NAMESPACE}/web`);
  expect(screen.getByRole("link", { name: "shop" })).toBeInTheDocument();
  expect(screen.queryByRole("link", { name: "other" })).toBeNull();
});

it("tells how a container does and did, and shows hostile text as text", async () => {
  renderAt(AT, [feature], ANSWERS);
  const containers = await screen.findByRole("table", { name: "Containers" });
  expect(within(containers).getByText("Crashing repeatedly")).toBeInTheDocument();
  expect(within(containers).getByText("exit code 3")).toBeInTheDocument();
  expect(within(containers).getByText("7")).toBeInTheDocument();
  expect(screen.getAllByText(HOSTILE)).toHaveLength(2);
  expect(document.querySelector("img")).toBeNull();
});

it("shows what the console knows while the cluster cannot be asked", async () => {
  const away = status(503, "ServiceUnavailable", "the Kubernetes API server cannot be reached; try again");
  renderAt(AT, [feature], { ...ANSWERS, [`/objects/pods/${NAMESPACE}/web-1`]: away });
  expect(await screen.findByText(/what the console knows is shown/)).toBeInTheDocument();
  expect(screen.getAllByText("2 nodes have too little free CPU").length).toBeGreaterThan(0);
});

it("says when there is no such pod", async () => {
  const missing = status(404, "NotFound", 'pods "web-1" not found');
  renderAt(AT, [feature], { ...ANSWERS, "/pods": list(), [`/objects/pods/${NAMESPACE}/web-1`]: missing });
  expect(await screen.findByText('pods "web-1" not found')).toBeInTheDocument();
  expect(screen.queryByText("Summary")).toBeNull();
});

it("keeps the view in the address", async () => {
  const { at } = renderAt(AT, [feature], ANSWERS);
  const views = await screen.findByRole("navigation", { name: "Views" });
  await userEvent.click(within(views).getByRole("button", { name: "YAML" }));
  await waitFor(() => expect(at()).toBe(`/console${AT}?view=yaml`));
  expect(await screen.findByRole("textbox", { name: "YAML" }, { timeout: 10_000 })).toHaveTextContent(/kind: Pod/);
}, 15_000);

it("shows no trouble in a pod that has done its work", async () => {
  const done = (type: string) => ({ type, status: "False", reason: "PodCompleted" });
  const status = {
    phase: "Succeeded",
    conditions: [{ type: "PodScheduled", status: "True" }, done("Ready"), done("ContainersReady")],
    containerStatuses: [{ name: "c", ready: false, state: { terminated: { reason: "Completed", exitCode: 0 } } }],
  };
  const row = { ...POD, status: "Completed", message: "", node: "edge-1" };
  renderAt(AT, [feature], { ...ANSWERS, "/pods": list(row), [`/objects/pods/${NAMESPACE}/web-1`]: { ...OBJECT, status } });
  const conditions = await screen.findByRole("table", { name: "Conditions" });
  expect(within(conditions).getAllByText("No")).toHaveLength(2);
  expect(document.querySelector("main section [data-tone=warn], main section [data-tone=bad]")).toBeNull();
});

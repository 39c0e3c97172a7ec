"""kubectl where pods run: rollouts on both API servers; logs and usage on the simulator, which makes them up.

The real control plane's nodes have a container runtime without containers, and nobody there measures.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.programs.kubectls import MISSING, PROGRAMS, Kubectl
from tests.conformance.servers.targets import MERGE, Target, real, simulator, unique
from tests.planes.control_plane import ControlPlanes
from tests.planes.expectations import SIMULATED
from tests.planes.targets import TARGETS, version_of
from tests.planes.waiting import until

PODS = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      nodeSelector: {only: NODE}
      tolerations: [{operator: Exists}]
      terminationGracePeriodSeconds: 0
      containers:
      - {name: c, image: "nginx:1", resources: {requests: {cpu: 10m, memory: 16Mi}}}
"""


@pytest.fixture(scope="module", params=TARGETS)
def inhabited(request: pytest.FixtureRequest) -> Iterator[tuple[Target, str]]:
    """An API server, and a node of its that runs pods."""
    if request.param == SIMULATED:
        with simulator(seed="empty", nodes=1) as target:
            nodes = target.get("/api/v1/nodes?labelSelector=!node-role.kubernetes.io/master")["items"]
            yield target, nodes[-1]["metadata"]["name"]
        return
    planes: ControlPlanes = request.getfixturevalue("control_planes")
    plane = planes[version_of(request.param)]
    node = unique("node")
    plane.start_node(node)
    try:
        with real(plane) as target:
            taint = {"key": "only", "value": "these", "effect": "NoSchedule"}
            target.ask("PATCH", f"/api/v1/nodes/{node}", {"spec": {"taints": [taint]}}, content_type=MERGE)
            yield target, node
            target.ask("DELETE", f"/api/v1/nodes/{node}")
    finally:
        plane.stop_node(node)


@pytest.fixture(scope="module", params=PROGRAMS or [None], ids=str)
def kubectl(
    request: pytest.FixtureRequest,
    inhabited: tuple[Target, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Kubectl]:
    """One kubectl, in a namespace where two pods run."""
    if request.param is None:
        pytest.skip(MISSING)
    target, node = inhabited
    namespace = unique()
    kubectl = Kubectl.prepared(
        request.param, target.kubeconfig(namespace), tmp_path_factory.mktemp("kubectl")
    )
    kubectl("create", "namespace", namespace)
    kubectl("label", "node", node, f"only={node}", "--overwrite")
    kubectl("apply", "-f", "-", stdin=PODS.replace("NODE", node))
    kubectl("rollout", "status", "deploy/web", "--timeout=50s")
    yield kubectl
    kubectl("delete", "namespace", namespace, "--wait=false")


@pytest.fixture
def simulated(inhabited: tuple[Target, str]) -> str:
    """The node, on the simulator only."""
    target, node = inhabited
    if target.name == "real":
        pytest.skip("NOT RUN: the real control plane's nodes have no logs and no metrics")
    return node


def pod(kubectl: Kubectl) -> str:
    """The name of a pod that runs. A kubelet without containers says Ready before it says Running."""

    def running() -> list[str]:
        pods = kubectl.get("pods", "-l", "app=web", "--field-selector=status.phase=Running")["items"]
        return [each["metadata"]["name"] for each in pods if "deletionTimestamp" not in each["metadata"]]

    return until(running, 20, "a pod runs")[0]


def test_a_rollout_is_followed_repeated_and_undone(kubectl: Kubectl) -> None:
    kubectl("set", "image", "deploy/web", "c=nginx:2")
    status = kubectl("rollout", "status", "deploy/web", "--timeout=50s").stdout
    history = kubectl("rollout", "history", "deploy/web").stdout
    restarted = kubectl("rollout", "restart", "deploy/web").stdout
    kubectl("rollout", "status", "deploy/web", "--timeout=50s")
    annotations = kubectl.get("deploy", "web")["spec"]["template"]["metadata"]["annotations"]
    undone = kubectl("rollout", "undo", "deploy/web", "--to-revision=1").stdout
    kubectl("rollout", "status", "deploy/web", "--timeout=50s")
    images = {
        each["spec"]["containers"][0]["image"] for each in kubectl.get("pods", "-l", "app=web")["items"]
    }

    assert 'deployment "web" successfully rolled out' in status
    assert history.split()[:3] == ["deployment.apps/web", "REVISION", "CHANGE-CAUSE"]
    assert restarted == "deployment.apps/web restarted\n"
    assert "kubectl.kubernetes.io/restartedAt" in annotations
    assert undone == "deployment.apps/web rolled back\n"
    assert "nginx:1" in images


def test_what_runs_is_described(kubectl: Kubectl, inhabited: tuple[Target, str]) -> None:
    node = inhabited[1]
    name = pod(kubectl)

    described = kubectl("describe", "pod", name).stdout
    machine = kubectl("describe", "node", node).stdout
    wide = kubectl("get", "pod", name, "-o", "wide").stdout.splitlines()
    waited = kubectl("wait", "--for=condition=Ready", f"pod/{name}", "--timeout=20s").stdout

    assert f"Node:         {node}/" in described or f"Node:             {node}/" in described
    assert "Successfully assigned" in described
    assert name in machine
    assert "Allocated resources:" in machine
    assert wide[0].split()[:7] == ["NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE"]
    assert wide[1].split()[1:4] == ["1/1", "Running", "0"]
    assert waited == f"pod/{name} condition met\n"


def test_a_node_is_drained(kubectl: Kubectl, inhabited: tuple[Target, str]) -> None:
    node = inhabited[1]
    before = pod(kubectl)
    try:
        drained = kubectl("drain", node, "--ignore-daemonsets", "--force", "--pod-selector=app=web").stdout
        gone = kubectl("get", "pod", before, check=False).stderr
    finally:
        kubectl("uncordon", node)
    kubectl("rollout", "status", "deploy/web", "--timeout=50s")

    assert f"node/{node} cordoned" in drained
    assert f"pod/{before} evicted" in drained
    assert "not found" in gone


@pytest.mark.usefixtures("simulated")
def test_logs_are_read_followed_and_cut(kubectl: Kubectl) -> None:
    name = pod(kubectl)

    with kubectl.following("logs", "-f", name) as lines:
        first = lines.readline()
        second = lines.readline()
    whole = kubectl("logs", name, "-c", "c").stdout.splitlines(keepends=True)
    stamped = kubectl("logs", name, "--timestamps", "--tail=1").stdout
    many = kubectl("logs", "-l", "app=web", "--tail=1").stdout.splitlines()
    recent = kubectl("logs", name, "--since=1h").stdout
    none = kubectl("logs", name, "--previous", check=False)
    wrong = kubectl("logs", name, "-c", "nope", check=False)

    assert whole[:2] == [first, second]
    assert len(kubectl("logs", name, "--tail=1").stdout.splitlines()) == 1
    assert stamped.split("T")[0].count("-") == 2
    assert len(many) == 2
    assert recent.startswith(first)
    assert f'previous terminated container "c" in pod "{name}" not found' in none.stderr
    assert "container nope is not valid for pod" in wrong.stderr


def test_the_last_words_of_a_crashed_container_are_kept(kubectl: Kubectl, simulated: str) -> None:
    overrides = f'{{"spec":{{"nodeSelector":{{"only":"{simulated}"}}}}}}'
    kubectl("run", "breaks", "--image=example.org/app/crash:1", f"--overrides={overrides}")
    jsonpath = "jsonpath={.status.containerStatuses[0].restartCount}{'\\n'}"
    with kubectl.following("get", "pod", "breaks", "-w", "-o", jsonpath) as lines:
        restarts = next(line for line in lines if line.strip() not in ("", "0"))

    last = kubectl("logs", "breaks", "--previous").stdout
    kubectl("delete", "pod", "breaks", "--now")

    assert int(restarts) >= 1
    assert last


def test_usage_is_shown(kubectl: Kubectl, simulated: str) -> None:
    nodes = kubectl("top", "nodes").stdout.splitlines()
    pods = kubectl("top", "pods", "-l", "app=web").stdout.splitlines()
    containers = kubectl("top", "pod", pod(kubectl), "--containers").stdout.splitlines()

    assert nodes[0].split()[0] == "NAME"
    assert any(line.startswith(f"{simulated} ") for line in nodes[1:])
    assert pods[0].split() == ["NAME", "CPU(cores)", "MEMORY(bytes)"]
    assert len(pods) == 3
    assert containers[1].split()[1] == "c"

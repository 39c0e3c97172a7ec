"""Logs through clients nobody here wrote, on the simulator: the real control plane's nodes have none."""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException

from tests.conformance.programs import test_node_client
from tests.conformance.servers.asking import wait_for
from tests.conformance.servers.targets import Target, simulator

POD = {
    "metadata": {"name": "talks"},
    "spec": {"containers": [{"name": "c", "image": "nginx:1"}], "tolerations": [{"operator": "Exists"}]},
}
PODS = "/api/v1/namespaces/default/pods"


@pytest.fixture(scope="module")
def running() -> Iterator[Target]:
    """A simulated cluster in which the pod ``talks`` has said something."""
    with simulator(seed="empty", nodes=1) as target:
        target.create(PODS, POD)
        wait_for(lambda: bool(target.get(f"{PODS}/talks")["status"].get("phase") == "Running"))
        wait_for(lambda: target.ask("GET", f"{PODS}/talks/log").body.count("\n") >= 3)
        yield target


@pytest.fixture
def core(running: Target) -> Iterator[client.CoreV1Api]:
    connected = config.new_client_from_config_dict(running.kubeconfig())
    yield client.CoreV1Api(connected)
    pools = connected.rest_client.pool_manager.pools
    for key in pools.keys():  # noqa: SIM118 - it is no mapping
        pools[key].close()  # or the server waits for the goodbye of connections that nobody reads
    connected.close()


def test_the_python_client_reads_logs_whole_and_their_end(core: client.CoreV1Api) -> None:
    whole = core.read_namespaced_pod_log("talks", "default").splitlines()
    end = core.read_namespaced_pod_log("talks", "default", container="c", tail_lines=2).splitlines()

    assert len(whole) >= 3
    assert len(end) == 2


def test_the_python_client_follows_logs(core: client.CoreV1Api) -> None:
    stream = core.read_namespaced_pod_log(
        "talks", "default", follow=True, tail_lines=2, _preload_content=False
    )
    try:
        lines = list(itertools.islice(stream, 2))
    finally:
        stream.close()

    assert len(lines) == 2


def test_the_python_client_is_refused_the_logs_of_a_container_that_is_not_there(
    core: client.CoreV1Api,
) -> None:
    with pytest.raises(ApiException) as refused:
        core.read_namespaced_pod_log("talks", "default", container="other")

    assert refused.value.status == 400
    assert "container other is not valid for pod talks" in refused.value.body


@pytest.mark.skipif(not test_node_client.INSTALLED, reason=test_node_client.MISSING)
def test_the_javascript_client_reads_and_follows_logs(running: Target, tmp_path: Path) -> None:
    kubeconfig = tmp_path / "config"
    kubeconfig.write_text(json.dumps(running.kubeconfig()))

    done: subprocess.CompletedProcess[str] = test_node_client.run("logs.test.mjs", kubeconfig, POD="talks")

    assert done.returncode == 0, done.stdout

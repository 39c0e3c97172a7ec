"""`serve` as a process: it answers before there is a cluster to show, and ends when it cannot serve."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.processes import COMMAND, WITHIN, Running
from tests.planes.plane import free_ports
from tests.planes.waiting import until
from yurt_console.kube import kubeconfig

READY = "Ctrl-C stops it."


@pytest.fixture
def begun() -> Iterator[list[Running]]:
    processes: list[Running] = []
    yield processes
    for process in processes:
        process.kill()


def ask(port: int, path: str) -> tuple[int, Any, str]:
    """Status, body and Retry-After; status 0 while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as reply:
            return reply.status, reply.read(), reply.headers.get("Retry-After", "")
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.loads(refusal.read()), refusal.headers.get("Retry-After", "")
    except (urllib.error.URLError, ConnectionError):
        return 0, None, ""


def test_it_is_alive_but_not_ready_until_the_api_server_appears(tmp_path: Path, begun: list[Running]) -> None:
    simulate = ("simulate", "--seed", "empty", "--write-kubeconfig", "kubeconfig", "--data", "cluster.db")
    begun.append(Running(*simulate, "--port", "0", cwd=tmp_path))
    begun[-1].until(READY)
    server = kubeconfig.load(tmp_path / "kubeconfig").server
    installed = subprocess.run(
        [COMMAND, "install", "--kubeconfig", "kubeconfig"], cwd=tmp_path, capture_output=True, check=False
    )
    assert installed.returncode == 0, installed.stderr
    assert begun[-1].interrupt() == 0
    port = free_ports(1)

    begun.append(Running("serve", "--kubeconfig", "kubeconfig", "--port", str(port), cwd=tmp_path))
    console = begun[-1]
    until(lambda: ask(port, "/healthz")[0], WITHIN, "it listens")

    assert ask(port, "/healthz")[:2] == (200, b"ok")
    for path in ("/readyz", "/nodes", "/session", "/login?email=a@example.com&token=t"):
        status, body, retry = ask(port, path)
        assert status == 503, path
        assert int(retry) > 0
        assert body.get("ready") is False or body["kind"] == "Status"
    console.until("waiting for the API server")

    begun.append(Running(*simulate, "--port", server.rpartition(":")[2], cwd=tmp_path))
    begun[-1].until(READY)
    until(lambda: ask(port, "/readyz")[0] == 200, WITHIN, "it has read the cluster")

    assert ask(port, "/nodes")[0] == 401
    assert console.interrupt() == 0
    assert "Traceback" not in console.said


def test_a_cluster_without_install_ends_it_with_advice(tmp_path: Path, begun: list[Running]) -> None:
    begun.append(
        Running(
            *("simulate", "--seed", "empty", "--write-kubeconfig", "kubeconfig", "--port", "0"), cwd=tmp_path
        )
    )
    begun[-1].until(READY)

    begun.append(Running("serve", "--kubeconfig", "kubeconfig", "--port", str(free_ports(1)), cwd=tmp_path))

    assert begun[-1].end() == 1
    assert "has `yurt-console install` been run on this cluster?" in begun[-1].said
    assert "Traceback" not in begun[-1].said


@pytest.fixture
def nobody(tmp_path: Path) -> str:
    """A kubeconfig of an API server that is not there."""
    file = tmp_path / "kubeconfig"
    file.write_text(
        "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n"
        "contexts: [{name: c, context: {cluster: c}}]\ncurrent-context: c\n"
    )
    return str(file)


def test_an_address_that_is_taken_is_said_before_anything_is_begun(
    tmp_path: Path, nobody: str, begun: list[Running]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        begun.append(Running("serve", "--kubeconfig", nobody, "--port", str(port), cwd=tmp_path))

        assert begun[-1].end() == 1

    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in begun[-1].said
    assert "console on" not in begun[-1].said


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--trusted-proxies", "somebody"),
        ("--phone-region", "china"),
        ("--origin", "console.example.com"),
        ("--origin", "https://console.example.com/console"),
    ],
)
def test_a_setting_that_would_refuse_everybody_later_is_refused_now(
    tmp_path: Path, nobody: str, begun: list[Running], flag: str, value: str
) -> None:
    begun.append(Running("serve", "--kubeconfig", nobody, "--port", "0", flag, value, cwd=tmp_path))

    assert begun[-1].end() == 2
    assert f"yurt-console: {flag.removeprefix('--').replace('-', '_')} must be" in begun[-1].said

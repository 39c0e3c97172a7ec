"""Commands in real containers through the console, with the rights that ``install`` gives."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from apimachinery.resources import NAMESPACES, PODS, ROLE_BINDINGS, SERVICE_ACCOUNTS
from tests.api.test_container_exec import ended, refused, terminal
from tests.api.world import ADMIN, A, B, build, populate, serving
from tests.kube.streaming.test_real_machine import pod
from tests.planes.installed import identity
from tests.planes.machine import Machine
from tests.planes.waiting import until
from yurt_console.cli import main
from yurt_console.kube import kubeconfig
from yurt_console.kube.credentials import Credentials
from yurt_console.tenancy import naming

PATH = f"/pods/{A}/web/exec"
_GROUP = "rbac.authorization.k8s.io"


def binding(role: str, account: str, namespace: str) -> dict[str, object]:
    return {
        "metadata": {"name": role, "namespace": A},
        "roleRef": {"apiGroup": _GROUP, "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
    }


@pytest.fixture(scope="module")
def credentials(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Credentials]:
    """The console's own, on a cluster where tenant A has a namespace, its rights and a pod."""
    api, folder = machine.plane.api, Path(tmp_path_factory.mktemp("console"))
    machine.plane.install_openyurt("v1.7")
    assert main.main(["install", "--kubeconfig", str(machine.plane.kubeconfig)]) == 0
    api.create(NAMESPACES, {"metadata": {"name": A}})
    api.create(SERVICE_ACCOUNTS, {"metadata": {"name": naming.SERVICE_ACCOUNT, "namespace": A}}, A)
    api.create(ROLE_BINDINGS, binding("yurt-console-tenant", naming.SERVICE_ACCOUNT, A), A)
    api.create(ROLE_BINDINGS, binding("yurt-console-impersonate", "yurt-console", "yurt-console"), A)
    until(lambda: api.find(SERVICE_ACCOUNTS, "default", A), 20, "the namespace has its ServiceAccount")
    made = pod("web", "sleep 3600")
    made["metadata"]["namespace"] = A
    api.create(PODS, made, A)
    until(lambda: api.get(PODS, "web", A)["status"].get("phase") == "Running", 60, "the pod runs")
    yield kubeconfig.load(identity(machine.plane, "yurt-console", folder))
    api.delete(PODS, "web", A)


async def test_a_tenant_runs_a_command_with_their_own_right(credentials: Credentials) -> None:
    world = await populate(await build(credentials=credentials))
    command = json.dumps(["sh", "-c", "read word; echo got $word; exit 3"])
    async with serving(world) as browser, terminal(browser, A, PATH, command=command, tty="false") as socket:
        await socket.send_bytes(b"\x00something\n")
        assert await socket.receive_bytes() == b"\x01got something\n"
        assert (await ended(socket))[:2] == (1000, "exit code 3")


async def test_a_terminal_is_resized(credentials: Credentials) -> None:
    world = await populate(await build(credentials=credentials))
    shown = b""
    async with serving(world) as browser, terminal(browser, A, PATH) as socket, asyncio.timeout(30):
        await socket.send_bytes(b'\x04{"Width":101,"Height":37}')
        await socket.send_bytes(b"\x00stty size\n")
        while b"37 101" not in shown:
            shown += (await socket.receive_bytes())[1:]
            if b"0 0\r\n" in shown:  # asked before the size had come
                shown = b""
                await socket.send_bytes(b"\x00stty size\n")
        await socket.send_bytes(b"\x00exit\n")
        assert (await ended(socket))[0] == 1000


async def test_a_program_that_is_not_there_is_named(credentials: Credentials) -> None:
    world = await populate(await build(credentials=credentials))
    async with serving(world) as browser, terminal(browser, A, PATH, command='["bash"]') as socket:
        code, _, status = await ended(socket)
    assert code == 4500
    assert "executable file not found" in status["message"]


async def test_nobody_else_may_and_administrators_have_no_right_to_it(credentials: Credentials) -> None:
    world = await populate(await build(credentials=credentials))
    async with serving(world) as browser:
        assert await refused(browser, B, PATH) == 403
        async with terminal(browser, ADMIN, PATH) as socket:
            code, _, status = await ended(socket)
    assert code == 4403
    assert "pods/exec" in status["message"]

"""The demo as a newcomer runs it: tokens that work, everything there again, nothing left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.processes import COMMAND, WITHIN, Running
from tests.planes.plane import free_ports
from tests.planes.waiting import until
from yurt_console.cli.demo.folder import free_port
from yurt_console.cli.demo.tenants import TENANTS
from yurt_console.kube.errors import KubeError
from yurt_console.tenancy.accounts.user_objects import name_of

READY = "Ctrl-C stops it"
ENDED = "Everything has stopped.\n"


class Demo(Running):
    """A demo in a folder."""

    def __init__(self, folder: Path, *args: str) -> None:
        # not from the range of ports that outgoing connections take at random
        port, api_port = free_ports(3), free_ports(3)
        ports = args or ("--port", str(port), "--api-port", str(api_port))
        command = ("demo", "--data-dir", folder.name, "--seed", "empty", *ports)
        super().__init__(*command, cwd=folder.parent)
        self.folder = folder

    @property
    def address(self) -> str:
        """The console's, as it is printed: the first in the output."""
        found = re.search(r"https?://127\.0\.0\.1:\d+", self.said)
        assert found
        return found[0]

    @property
    def parts(self) -> dict[str, int]:
        """The process ids of the parts that run."""
        listed = subprocess.run(
            ["ps", "-ewwo", "pid,args"], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        ours = [line.split(maxsplit=1) for line in listed if "yurt_console.cli.demo.child" in line]
        return {
            name: int(pid)
            for pid, command in ours
            for name in ("simulator", "operator", "console")
            if str(self.folder) in command and f"cli.demo.child {_COMMANDS[name]}" in command
        }

    def ask(self, path: str, **query: str) -> Any:
        """A GET that must succeed."""
        url = f"{self.address}{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=30) as reply:
            return json.loads(reply.read())


_COMMANDS = {"simulator": "simulate", "operator": "operator", "console": "serve"}


@pytest.fixture
def start() -> Iterator[Callable[..., Demo]]:
    begun: list[Demo] = []

    def begin(folder: Path, *args: str) -> Demo:
        begun.append(Demo(folder, *args))
        return begun[-1]

    yield begin
    for demo in begun:
        demo.kill()


def test_a_newcomer_gets_working_accounts_and_finds_them_again_after_ctrl_c(
    tmp_path: Path, start: Callable[..., Demo]
) -> None:
    folder = tmp_path / "demo data"
    port, api_port = free_ports(3), free_ports(3)
    with socket.create_server(("127.0.0.1", port)):
        demo = start(folder, "--port", str(port), "--api-port", str(api_port))
        said = demo.until(READY)
        assert f"port {port} is taken, so the console uses {demo.address.rpartition(':')[2]}\n" in said

    assert demo.ask("/readyz")["ready"] is True
    with urllib.request.urlopen(f"{demo.address}/", timeout=30) as page:
        assert b"<title>Yurt Console</title>" in page.read()
    accounts = json.loads((folder / "accounts.json").read_text())
    assert [account["role"] for account in accounts] == ["admin", *("tenant" for _ in TENANTS)]
    for account in accounts:
        assert f"{account['email']}" in said
        assert account["token"] in said
        user = demo.ask("/login", email=account["email"], token=account["token"])
        assert user["status"]["effectiveTime"]
    assert "nodeAddScript" in user["spec"]
    for secret in folder.glob("*.[jkd]*"):  # accounts, kubeconfigs, the cluster itself
        assert secret.stat().st_mode & 0o077 == 0, secret
    assert folder.stat().st_mode & 0o077 == 0

    assert set(demo.parts) == set(_COMMANDS)
    second = subprocess.run(
        [COMMAND, "demo", "--data-dir", str(folder)], capture_output=True, text=True, timeout=30, check=False
    )
    assert second.returncode == 1
    assert f"a demo runs in {folder} already (process {demo.process.pid}): stop it first" in second.stderr

    assert demo.interrupt() == 0
    assert demo.said.endswith(ENDED)
    assert "Traceback" not in demo.said + "".join(log.read_text() for log in folder.glob("*.log"))
    assert not demo.parts

    again = start(folder, "--seed", "empty")  # ports are remembered
    said = again.until(READY)
    assert again.address == demo.address
    assert all(account["token"] in said for account in accounts)
    again.process.terminate()
    assert again.end() == 0
    assert again.said.endswith(ENDED)


@pytest.mark.parametrize("part", ["simulator", "operator", "console"])
def test_when_a_part_dies_the_demo_names_it_and_stops_the_others(
    tmp_path: Path, start: Callable[..., Demo], part: str
) -> None:
    demo = start(tmp_path / "demo")
    demo.until(READY)

    os.kill(demo.parts[part], signal.SIGKILL)

    assert demo.end() == 1
    assert (
        f"yurt-console: the {part} was killed by signal 9; its log is {demo.folder}/{part}.log" in demo.said
    )
    assert not demo.parts


def test_a_killed_demo_takes_its_parts_with_it(tmp_path: Path, start: Callable[..., Demo]) -> None:
    demo = start(tmp_path / "demo")
    demo.until(READY)
    assert set(demo.parts) == set(_COMMANDS)

    demo.process.kill()

    until(lambda: not demo.parts, WITHIN, "parts still run")


def test_ctrl_c_while_it_starts_leaves_nothing_behind_and_the_next_start_goes_on(
    tmp_path: Path, start: Callable[..., Demo]
) -> None:
    demo = start(tmp_path / "demo")
    demo.until("installing")
    assert set(demo.parts) == {"simulator"}

    assert demo.interrupt() == 0
    assert "Traceback" not in demo.said
    assert not demo.parts
    again = start(tmp_path / "demo")
    again.until(READY)
    token = json.loads((again.folder / "accounts.json").read_text())[1]["token"]
    assert again.ask("/clusterOverview", token=token)
    assert again.interrupt() == 0


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = subprocess.run(
        [COMMAND, "demo", "--data-dir", str(tmp_path / "file")],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr == f"yurt-console: {tmp_path / 'file'}: File exists\n"


def test_a_taken_port_leads_to_the_next_free_one_and_never_to_the_other_partys() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        first = free_port(port)
        assert first > port
        assert free_port(port, besides=first) > first
    with pytest.raises(KubeError, match="no port from 70000 on"):
        free_port(70000)


def test_sample_tenants_live_where_their_accounts_will_look() -> None:
    assert [tenant.name for tenant in TENANTS] == [name_of(tenant.email) for tenant in TENANTS]

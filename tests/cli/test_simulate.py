"""`simulate` and `simulate fault` as a user types them: what is said, what stays, what is refused."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apimachinery.resources import CONFIG_MAPS, NAMESPACES
from tests.cli.processes import COMMAND, Running
from yurt_console.cli import options
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.kube.errors import Forbidden, Unauthorized

READY = "Ctrl-C stops it."


@pytest.fixture
def simulate(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    begun: list[Running] = []

    def begin(*args: str, **environment: str) -> Running:
        command = ("simulate", "--seed", "empty", "--write-kubeconfig", "kubeconfig", *args)
        begun.append(Running(*command, cwd=tmp_path, environment=environment))
        return begun[-1]

    yield begin
    for process in begun:
        process.kill()


def command(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """One command to its end."""
    return subprocess.run([COMMAND, *args], cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


async def test_kubeconfigs_objects_and_rights_are_the_same_after_a_restart(
    tmp_path: Path, simulate: Callable[..., Running]
) -> None:
    file = tmp_path / "kubeconfig"
    first = simulate("--port", "0", "--data", "cluster.db")
    assert "It is a simulation" in first.until(READY)
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "cluster.db").stat().st_mode & 0o777 == 0o600
    credentials = kubeconfig.load(file)
    async with Client(credentials) as client:
        await client.create(NAMESPACES, {"metadata": {"name": "kept"}})
    first.process.kill()  # what was confirmed is there all the same
    first.end()

    second = simulate("--port", credentials.server.rpartition(":")[2], "--data", "cluster.db")
    second.until(READY)

    async with Client(credentials) as client:
        assert await client.get(NAMESPACES, "kept")
        info = await client.get(CONFIG_MAPS, "cluster-info", "kube-public")
        assert credentials.server in info["data"]["kubeconfig"]
    assert second.interrupt() == 0
    assert second.said.endswith("The simulation has stopped.\n")
    assert "Traceback" not in second.said


async def test_nobody_gets_in_without_the_token_over_http_neither(
    tmp_path: Path, simulate: Callable[..., Running]
) -> None:
    simulate("--port", "0", "--http").until(READY)

    credentials = kubeconfig.load(tmp_path / "kubeconfig")
    assert credentials.server.startswith("http://127.0.0.1:")
    async with Client(credentials) as administrator, Client(Credentials(credentials.server)) as nobody:
        assert await administrator.list(NAMESPACES)
        with pytest.raises((Forbidden, Unauthorized)):
            await nobody.list(NAMESPACES)


def test_a_port_a_file_or_a_value_that_cannot_be_used_is_named(
    tmp_path: Path, simulate: Callable[..., Running]
) -> None:
    simulate("--port", "0", "--data", "cluster.db").until(READY)
    (tmp_path / "text").write_text("not a database, and long enough to be sure of that: " * 40)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for args, code, words in (
            (("--port", port), 1, f"port {port} on 127.0.0.1 cannot be used"),
            (("--port", "0", "--data", "cluster.db"), 1, "in use by another process"),
            (("--port", "0", "--data", "text"), 1, "not a simulator's data file"),
            (("--port", "0", "--data", "no/where.db"), 1, "cannot be written"),
            (("--port", "0", "--write-kubeconfig", "no/where"), 1, "no/"),
            (("--port", "http"), 2, "'http' is no port"),
            (("--seed", "moon"), 2, "'moon' is none of small, edge-500, empty"),
            (("--nodes", "-1"), 2, "'-1' is not a number from 0 to 5000"),
        ):
            done = command("simulate", *args, cwd=tmp_path)
            assert done.returncode == code, done
            assert words in done.stderr
            assert "Traceback" not in done.stderr


def test_every_option_has_a_variable_and_the_flag_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YURT_CONSOLE_SIMULATE_PORT", "7000")
    monkeypatch.setenv("YURT_CONSOLE_SIMULATE_HTTP", "true")
    monkeypatch.setenv("YURT_CONSOLE_DEMO_DATA_DIR", "elsewhere")

    given = options.parser().parse_args(["simulate"])
    assert (given.port, given.http) == (7000, True)
    assert options.parser().parse_args(["simulate", "--port", "1"]).port == 1
    assert options.parser().parse_args(["demo"]).data_dir == "elsewhere"


def test_a_variable_that_cannot_be_read_is_refused_as_its_flag_would_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YURT_CONSOLE_SIMULATE_SEED", "moon")

    with pytest.raises(SystemExit, match="2"):
        options.parser().parse_args(["simulate"])
    assert "--seed: 'moon' is none of" in capsys.readouterr().err


async def test_faults_are_asked_for_by_name_and_answered_in_words(
    tmp_path: Path, simulate: Callable[..., Running]
) -> None:
    simulate("--port", "0").until(READY)

    def fault(*args: str) -> subprocess.CompletedProcess[str]:
        return command("simulate", "fault", *args, "--kubeconfig", "kubeconfig", cwd=tmp_path)

    for args, said in (
        (("throttle", "60"), "every request gets 429 for 60 s"),
        (("errors", "60", "--code", "503"), "every request gets 503 for 60 s"),
        (("latency", "20", "60"), "every response is delayed by 20 ms for 60 s"),
        (("cut-watches",), "0 open streams were cut"),
        (("expire-history",), "is compacted"),
        (("clear",), "all faults with a duration are cleared"),
    ):
        done = fault(*args)
        assert (done.returncode, done.stderr) == (0, ""), done
        assert said in done.stdout
    missing = fault("lose-node", "nowhere")
    assert missing.returncode == 1
    assert 'nodes "nowhere" not found' in missing.stderr
    assert fault("hang", "0").returncode == 2
    config = kubeconfig.load(tmp_path / "kubeconfig")
    async with Client(config) as client:
        assert json.loads(await client.request("GET", "/version"))["minor"] == "20"

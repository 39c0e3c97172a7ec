"""Exec plugins: run, believed, kept until they expire, and explained when they fail."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kube.certificates import Authority
from tests.kube.test_credentials import Clock
from yurt_console.kube.errors import KubeconfigError
from yurt_console.kube.execplugin import Command, ExecPlugin

V1 = "client.authentication.k8s.io/v1"

Make = Callable[..., ExecPlugin]


@pytest.fixture
def plugin(tmp_path: Path) -> Make:
    """Makes plugins that append a line to ``runs`` and print what they are told to."""

    def make(
        status: dict[str, Any] | None = None, *, code: str = "", clock: Clock | None = None, **command: Any
    ) -> ExecPlugin:
        reply = {"apiVersion": V1, "kind": "ExecCredential", "status": status}
        script = tmp_path / "plugin.py"
        script.write_text(
            f"import json, os, sys, time\nopen({str(tmp_path / 'runs')!r}, 'a').write('run\\n')\n"
            f"{code or f'print({json.dumps(reply)!r})'}\n"
        )
        given = {"api_version": V1, "program": sys.executable, "args": (str(script),), **command}
        return ExecPlugin(Command(**given), clock=clock or time.time)

    return make


def runs(tmp_path: Path) -> int:
    return len((tmp_path / "runs").read_text().splitlines())


async def test_a_token_is_kept_until_it_expires(plugin: Make, tmp_path: Path) -> None:
    clock = Clock()
    clock.now = 1_700_000_000.0  # 2023-11-14T22:13:20Z
    source = plugin({"token": "t1", "expirationTimestamp": "2023-11-14T22:14:20Z"}, clock=clock)
    assert [(await source.credential()).token for _ in range(3)] == ["t1"] * 3
    clock.now += 59
    await source.credential()
    assert runs(tmp_path) == 1
    clock.now += 1
    await source.credential()
    assert runs(tmp_path) == 2


async def test_many_requests_at_once_run_it_once(plugin: Make, tmp_path: Path) -> None:
    source = plugin({"token": "t1"})
    await asyncio.gather(*(source.credential() for _ in range(20)))
    assert runs(tmp_path) == 1


async def test_a_rejected_token_is_asked_for_again_but_not_at_every_request(
    plugin: Make, tmp_path: Path
) -> None:
    clock = Clock()
    source = plugin({"token": "t1"}, clock=clock)
    rejected = await source.credential()
    await source.credential(rejected)
    assert runs(tmp_path) == 1
    clock.now += 10
    await source.credential(rejected)
    await source.credential(rejected)
    assert runs(tmp_path) == 2


async def test_a_certificate_comes_with_its_key(plugin: Make) -> None:
    certificate, key = Authority.new().issue("me")
    status = {"clientCertificateData": certificate.decode(), "clientKeyData": key.decode()}
    credential = await plugin(status).credential()
    assert credential.token == ""
    assert certificate.strip() in credential.certificate
    assert key.strip() in credential.certificate


async def test_it_learns_its_variables_and_the_cluster(plugin: Make) -> None:
    code = (
        "info = json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
        "token = os.environ['WHO'] + ' ' + info['apiVersion'] + ' ' + info['spec']['cluster']['server']\n"
        "assert info['spec']['interactive'] is False and 'PATH' in os.environ\n"
        "print(json.dumps(info | {'status': {'token': token}}))"
    )
    source = plugin(code=code, env={"WHO": "me"}, cluster={"server": "https://k"})
    assert (await source.credential()).token == f"me {V1} https://k"


async def test_a_program_that_is_missing_is_named_with_the_hint_how_to_get_it(plugin: Make) -> None:
    source = plugin({"token": "t"}, program="no-such-program", install_hint="Get it from example.org.")
    with pytest.raises(KubeconfigError, match="'no-such-program' cannot be started") as raised:
        await source.credential()
    assert "Get it from example.org." in str(raised.value)


def printing(api_version: str, kind: str, **status: str) -> str:
    """The code of a plugin that prints this."""
    return f"print({json.dumps({'apiVersion': api_version, 'kind': kind, 'status': status})!r})"


@pytest.mark.parametrize(
    "code",
    [
        "print('s3cret'); sys.exit(3)",
        "print('s3cret')",
        "print('')",
        printing("client.authentication.k8s.io/v1beta1", "ExecCredential", token="s3cret"),
        printing(V1, "Pod", token="s3cret"),
        printing(V1, "ExecCredential"),
        printing(V1, "ExecCredential", token="s3cret", clientKeyData="s3cret"),
    ],
)
async def test_what_it_prints_in_vain_is_not_repeated(plugin: Make, code: str) -> None:
    with pytest.raises(KubeconfigError, match="exec plugin") as raised:
        await plugin(code=code, env={"PASSWORD": "s3cret"}).credential()
    assert "s3cret" not in str(raised.value)


async def test_one_that_hangs_is_ended_with_all_it_started(plugin: Make, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = (
        "import subprocess\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "time.sleep(600)"
    )
    with pytest.raises(KubeconfigError, match="within 2 s"):
        await plugin(code=code, timeout=2.0).credential()
    for pid in map(int, pids.read_text().split()):
        await ended(pid)


async def ended(pid: int) -> None:
    """Return once a process has ended."""
    async with asyncio.timeout(10):
        while running(pid):  # noqa: ASYNC110  # another's process sets no event
            await asyncio.sleep(0.01)


def running(pid: int) -> bool:
    """Whether a process still runs; a zombie only waits for somebody to notice."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def test_its_variables_are_not_in_its_repr() -> None:
    assert "s3cret" not in repr(Command(V1, "p", env={"PASSWORD": "s3cret"}))

"""Logs and commands in real containers, on each Kubernetes version that is here."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from apimachinery.resources import PODS
from tests.planes.machine import IMAGE, Machine
from tests.planes.waiting import eventually, until
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client
from yurt_console.kube.errors import BadRequest, Forbidden, InternalError, KubeError, NotFound
from yurt_console.kube.streaming.channels import V4, V5, Channel, ExitStatus, Size
from yurt_console.kube.streaming.logs import LogOptions, opened
from yurt_console.kube.streaming.remotecommand import Process, execute

NAMESPACE = "default"
_LINES = "i=0; while true; do i=$((i+1)); echo line $i; sleep 0.2; done"
_CRASHES = "echo last words; exit 5"


def pod(name: str, script: str) -> dict[str, Any]:
    container = {
        "name": "main",
        "image": IMAGE,
        "imagePullPolicy": "Never",
        "command": ["sh", "-c", script],
    }
    return {
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 0},
    }


def container_of(machine: Machine, name: str) -> dict[str, Any]:
    found = machine.plane.api.get(PODS, name, NAMESPACE)["status"].get("containerStatuses") or [{}]
    return dict(found[0])


@pytest.fixture(scope="module")
def pods(machine: Machine) -> Iterator[Machine]:
    """A pod that writes a line five times a second, and one that crashes."""
    for name, script in (("web", _LINES), ("crashing", _CRASHES)):
        machine.plane.api.create(PODS, pod(name, script), NAMESPACE)
    until(lambda: container_of(machine, "web").get("ready"), 60, "the pod runs")
    until(lambda: container_of(machine, "crashing").get("restartCount"), 60, "the other pod has crashed")
    yield machine
    for name in ("web", "crashing"):
        machine.plane.api.delete(PODS, name, NAMESPACE)


@pytest_asyncio.fixture
async def kube(pods: Machine) -> AsyncIterator[Client]:
    async with Client(kubeconfig.load(pods.plane.kubeconfig)) as client:
        yield client


async def run(
    kube: Client, *command: str, stdin: bytes = b"", close: bool = True, tty: bool = False
) -> tuple[Process, dict[Channel, bytes]]:
    """A command run to its end, and its output by channel."""
    output = {Channel.STDOUT: b"", Channel.STDERR: b""}
    async with (
        asyncio.timeout(60),
        execute(kube, NAMESPACE, "web", command, stdin=bool(stdin), tty=tty) as process,
    ):
        if stdin:
            await process.write(stdin)
            if close:
                await process.close_stdin()
        async for frame in process.output():
            output[frame.channel] += frame.data
    return process, output


def speaks_v5(machine: Machine) -> bool:
    return int(machine.plane.version.split(".")[1]) >= 30


async def test_the_newest_protocol_of_the_server_is_chosen(pods: Machine, kube: Client) -> None:
    async with execute(kube, NAMESPACE, "web", ["true"]) as process:
        assert process._socket.subprotocol == (V5 if speaks_v5(pods) else V4)


async def test_output_and_exit_code_come_apart(kube: Client) -> None:
    process, output = await run(kube, "sh", "-c", "echo out; echo err >&2; exit 3")
    assert output == {Channel.STDOUT: b"out\n", Channel.STDERR: b"err\n"}
    assert process.exit_status == ExitStatus(3)
    process, _ = await run(kube, "sh", "-c", "kill -9 $$")
    assert process.exit_status is not None
    assert "SIGKILL" in process.exit_status.words


async def test_stdin_arrives_as_it_is(pods: Machine, kube: Client) -> None:
    sent = bytes(range(256)) * 4096
    command = ["sh", "-c", f"head -c {len(sent)} | tee /tmp/copy; tail -c 4 /tmp/copy >&2"]
    process, output = await run(kube, *(["cat"] if speaks_v5(pods) else command), stdin=sent)
    assert output[Channel.STDOUT] == sent
    assert process.exit_status == ExitStatus(0)


async def test_a_terminal_has_the_size_that_it_is_given(kube: Client) -> None:
    async with (
        asyncio.timeout(30),
        execute(kube, NAMESPACE, "web", ["sh"], stdin=True, tty=True) as process,
    ):
        await process.resize(Size(123, 45))
        output, shown = process.output(), b""
        await process.write(b"stty size\n")
        while b"45 123" not in shown:
            shown += (await anext(output)).data
            if b"0 0\r\n" in shown:  # asked before the size had come
                shown = b""
                await process.write(b"stty size\n")
        await process.write("echo ää; exit 4\n".encode())
        async for frame in output:
            assert frame.channel is Channel.STDOUT
            shown += frame.data
    assert "ää".encode() in shown
    assert process.exit_status == ExitStatus(4)


async def test_a_large_output_takes_bounded_memory(kube: Client) -> None:
    size, received = 50 * 2**20, 0
    command = ["sh", "-c", f"dd if=/dev/zero bs=65536 count={size // 65536} 2>/dev/null"]
    async with asyncio.timeout(100), execute(kube, NAMESPACE, "web", command) as process:
        output = process.output()
        received += len((await anext(output)).data)
        await asyncio.sleep(0.5)  # meanwhile the container fills what there is of buffers
        tracemalloc.start()
        async for frame in output:
            received += len(frame.data)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert received == size
    assert process.exit_status == ExitStatus(0)
    assert peak < 8 * 2**20


async def test_a_program_that_is_not_in_the_image_is_named(kube: Client) -> None:
    with pytest.raises(InternalError, match="executable file not found"):
        await run(kube, "bash")


async def test_refusals_before_the_command_are_the_servers_own(kube: Client) -> None:
    with pytest.raises(NotFound, match="nobody"):
        async with execute(kube, NAMESPACE, "nobody", ["true"]):
            pass
    with pytest.raises(BadRequest, match="container other is not valid"):
        async with execute(kube, NAMESPACE, "web", ["true"], container="other"):
            pass
    async with kube.impersonating("somebody") as somebody:
        with pytest.raises(Forbidden, match="pods/exec"):
            async with execute(somebody, NAMESPACE, "web", ["true"]):
                pass
        with pytest.raises(Forbidden, match="pods/log"):
            async with opened(somebody, NAMESPACE, "web", LogOptions()):
                pass


async def test_leaving_a_terminal_ends_its_shell(kube: Client) -> None:
    async def shells() -> int:
        _, output = await run(kube, "sh", "-c", "ps | grep -c '[s]leep 4242'")
        return int(output[Channel.STDOUT])

    async with execute(kube, NAMESPACE, "web", ["sleep", "4242"], stdin=True, tty=True) as process:
        await eventually(lambda: _is(shells(), 1), 20, "it runs")
        await process.write(b"\x03")
    await eventually(lambda: _is(shells(), 0), 20, "it has ended")


async def _is(counting: Any, count: int) -> bool:
    return bool(await counting == count)


async def text(kube: Client, name: str, options: LogOptions) -> str:
    async with asyncio.timeout(30), opened(kube, NAMESPACE, name, options) as chunks:
        return b"".join([chunk async for chunk in chunks]).decode()


async def test_a_log_is_followed_from_its_tail(kube: Client) -> None:
    seen = b""
    async with (
        asyncio.timeout(30),
        opened(kube, NAMESPACE, "web", LogOptions(follow=True, tail_lines=1, timestamps=True)) as chunks,
    ):
        async for chunk in chunks:
            seen += chunk
            if seen.count(b"\n") >= 4:
                break
    assert seen.count(b"\n") >= 4, seen
    times, numbers = zip(*(line.split(" line ") for line in seen.decode().splitlines()[:4]), strict=True)
    first = int(numbers[0])
    assert [int(number) for number in numbers] == list(range(first, first + 4))
    assert list(times) == sorted(times)
    since = await text(kube, "web", LogOptions(since_time=times[2], limit_bytes=1000))
    assert f"line {first}\n" not in since.splitlines(keepends=True) or times[0][:19] == times[2][:19]
    assert len(await text(kube, "web", LogOptions(limit_bytes=20))) == 20
    assert await text(kube, "web", LogOptions(tail_lines=0)) == ""


async def test_the_run_before_is_read_and_its_absence_is_said(kube: Client) -> None:
    await eventually(lambda: _spoke(kube), 30, "the last words are read")  # the kubelet moves runs about
    with pytest.raises(BadRequest, match="previous terminated container"):
        await text(kube, "web", LogOptions(previous=True))


@pytest.mark.timeout(300)
async def test_a_cut_ends_what_is_open_and_after_it_all_goes_on(pods: Machine, kube: Client) -> None:
    """The API server ends a stream of a silent kubelet only after minutes; ours end when we say so."""
    received = 0
    async with (
        opened(kube, NAMESPACE, "web", LogOptions(follow=True, tail_lines=1)) as chunks,
        execute(kube, NAMESPACE, "web", ["sh", "-c", _LINES]) as process,
    ):
        output = process.output()
        assert await anext(output)
        assert await anext(chunks)
        pods.cut()
        try:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(4):
                    while True:
                        received += len(await anext(chunks))
            with pytest.raises(KubeError):  # which one depends on who answers for an address that is gone
                async with asyncio.timeout(60), execute(kube, NAMESPACE, "web", ["true"]) as late:
                    async for _ in late.output():
                        pass
        finally:
            pods.mend()
    await eventually(lambda: _runs(kube), 60, "commands run again")


async def _spoke(kube: Client) -> bool:
    return await text(kube, "crashing", LogOptions(previous=True, container="main")) == "last words\n"


async def _runs(kube: Client) -> bool:
    try:
        return (await run(kube, "true"))[0].exit_status == ExitStatus(0)
    except KubeError:
        return False

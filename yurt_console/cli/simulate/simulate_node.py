"""``yurt-console simulate-node``: a simulated machine that joins a cluster with the kubelet's requests."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from kubesim.model.machines import Machine
from kubesim.node_agent import agent, join
from kubesim.runtime import seeded
from yurt_console.cli.simulate import join_values
from yurt_console.cli.simulate.join_values import JoinValues
from yurt_console.kube.errors import KubeError


def run(given: argparse.Namespace) -> int:
    """Join, and run until SIGINT or SIGTERM. Raises `KubeError`."""
    try:
        return asyncio.run(_run_until_signal(_values(given)))
    except join.JoinError as error:
        raise KubeError(str(error)) from None


def _values(given: argparse.Namespace) -> JoinValues:
    if given.kubeconfig_from:
        return join_values.read(_text(given.kubeconfig_from), given.name)
    if not (given.server and given.token and given.ca_hash):
        raise KubeError("say where to join: --kubeconfig-from FILE, or --server, --token and --ca-hash")
    return join_values.checked(given.server, given.token, given.ca_hash, given.name)


def _text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).expanduser().read_text("utf-8")
    except OSError as error:
        raise KubeError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise KubeError(f"{file} is no text") from None


async def _run_until_signal(values: JoinValues) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    node = asyncio.create_task(_run(values))
    end = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((node, end), return_when=asyncio.FIRST_COMPLETED)
        if node.done():
            await node
    finally:
        for task in (node, end):
            task.cancel()
        await asyncio.gather(node, end, return_exceptions=True)
    _print(f"The machine {values.name} is switched off; its Node stays, and will be NotReady in a minute.")
    return 0


async def _run(values: JoinValues) -> None:
    _print(f"The simulated machine {values.name} joins {values.invitation.server}.")
    identity = await join.join(values.invitation, values.name, waiting=_report_request)
    _print("Its certificate is there.")
    registered = asyncio.Event()
    ready = asyncio.create_task(_report_ready(values.name, registered))
    try:
        await agent.run(identity, _machine(values), registered=registered)
    finally:
        ready.cancel()


async def _report_ready(name: str, registered: asyncio.Event) -> None:
    await registered.wait()
    _print(f"Node {name} is Ready. Ctrl-C switches the machine off.")


def _report_request(request: str) -> None:
    _print(f"It has asked for a certificate, {request}, and waits for the operator's answer.")


def _machine(values: JoinValues) -> Machine:
    """A small edge machine; its addresses follow from its name, so that two rarely share one."""
    number = seeded.number(values.name)
    return Machine(
        values.name,
        memory_gib=4,
        storage_gib=64,
        architecture="arm64",
        ip=f"192.168.{number % 200 + 20}.{number // 200 % 250 + 2}",
        labels=values.labels,
    )


def _print(text: str) -> None:
    print(text, flush=True)

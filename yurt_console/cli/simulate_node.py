"""``yurt-console simulate-node``: a simulated machine joins a cluster as kubelet does, and lives there."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from yurt_console.cli import join_values, joining
from yurt_console.cli.join_values import JoinValues
from yurt_console.cli.simulated_kubelet import SimulatedKubelet
from yurt_console.kube.client import Client
from yurt_console.kube.errors import KubeError
from yurt_console.settings import Settings


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Join, and live until SIGINT or SIGTERM. Raises `KubeError`."""
    return asyncio.run(_until_told(settings, _values(given)))


def _values(given: argparse.Namespace) -> JoinValues:
    if given.kubeconfig_from:
        return join_values.read(_text(given.kubeconfig_from), given.name)
    if not (given.server and given.token and given.ca_hash):
        raise KubeError("say where to join: --kubeconfig-from FILE, or --server, --token and --ca-hash")
    return join_values.checked(JoinValues(given.server, given.token, given.ca_hash, given.name))


def _text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).expanduser().read_text("utf-8")
    except OSError as error:
        raise KubeError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise KubeError(f"{file} is no text") from None


async def _until_told(settings: Settings, values: JoinValues) -> int:
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    life = asyncio.create_task(_live(settings, values))
    end = asyncio.create_task(told.wait())
    try:
        await asyncio.wait((life, end), return_when=asyncio.FIRST_COMPLETED)
        if life.done():
            await life
    finally:
        for task in (life, end):
            task.cancel()
        await asyncio.gather(life, end, return_exceptions=True)
    _say(f"The machine {values.name} is switched off; its Node stays, and will be NotReady in a minute.")
    return 0


async def _live(settings: Settings, values: JoinValues) -> None:
    timeout = settings.request_timeout
    _say(f"The simulated machine {values.name} joins {values.server}.")
    ca = await joining.authority(values, timeout)
    _say("The cluster is the one that the join script names.")
    credentials = await joining.certified(values, ca, timeout, _say)
    _say("Its certificate is there.")
    async with Client(credentials, timeout=timeout) as client:
        kubelet = SimulatedKubelet(client, values.name, values.labels)
        await kubelet.register()
        _say(f"Node {values.name} is Ready. Ctrl-C switches the machine off.")
        await kubelet.run()


def _say(text: str) -> None:
    print(text, flush=True)

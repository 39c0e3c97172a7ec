"""``yurt-console demo``: the whole product on a simulated cluster, on loopback, until Ctrl-C.

Simulator, operator and console are processes of their own, with the permissions that ``install`` grants
and no more. This one starts them in order, prints the next steps, and stops them together.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from yurt_console.cli.demo import messages
from yurt_console.cli.demo.folder import DemoState, Folder, free_port
from yurt_console.cli.demo.process_group import ProcessGroup
from yurt_console.cli.simulate.options import API_PORT, CONSOLE_PORT
from yurt_console.kube.errors import KubeError
from yurt_console.settings import Settings

SIMULATOR, OPERATOR, CONSOLE = "simulator", "operator", "console"
_HOST = "127.0.0.1"
_START_TIMEOUT = 180.0
"""Seconds a process may take to start: seeding `edge-500` takes some 15 s on an idle machine."""
_PROVISION_TIMEOUT = 15.0
_EXIT_TIMEOUT = 1.0
_TOKEN_SECONDS = 365 * 24 * 3600
"""Lifetime of the tokens of operator and console; they are renewed at every start."""


def run(given: argparse.Namespace) -> int:
    """Run until a signal. Raises `KubeError` when a process cannot start or exits."""
    path = Path(given.data_dir).expanduser().absolute()
    try:
        with Folder.locked(path) as folder:
            asyncio.run(_run_until_signal(given, folder))
    except OSError as error:
        raise KubeError(f"{error.filename or path}: {error.strerror}") from None
    return 0


async def _run_until_signal(given: argparse.Namespace, folder: Folder) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    children = ProcessGroup(folder.path)
    end = asyncio.create_task(stop.wait())
    exited = asyncio.create_task(children.watch())
    work = asyncio.create_task(_start(given, folder, children))
    try:
        done, _ = await asyncio.wait((end, exited, work), return_when=asyncio.FIRST_COMPLETED)
        if done == {work}:
            # all is up; or a step failed, mostly because a process has exited: report that instead
            timeout = _EXIT_TIMEOUT if work.exception() else None
            await asyncio.wait((end, exited), timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if not end.done():
            await (exited if exited.done() else work)
    finally:
        messages.stopping()
        for task in (end, exited, work):
            task.cancel()
        await asyncio.gather(end, exited, work, return_exceptions=True)
        await children.stop(CONSOLE, OPERATOR)
        await children.stop(SIMULATOR)
        messages.stopped()


async def _start(given: argparse.Namespace, folder: Folder, children: ProcessGroup) -> None:
    before = folder.read_state()
    messages.greeting(folder.path)
    api_port = _port("the simulated API server", given.api_port or before.api_port or API_PORT)
    port = _port("the console", given.port or before.port or CONSOLE_PORT, besides=api_port)
    folder.write_state(DemoState(port, api_port, before.prepared))
    admin = folder.file("admin.kubeconfig")
    admin.unlink(missing_ok=True)
    messages.step("starting the simulated cluster", children.log(SIMULATOR))
    await children.start(
        SIMULATOR,
        *("simulate", "--port", str(api_port), "--data", str(folder.file("cluster.db"))),
        *("--seed", given.seed, "--write-kubeconfig", str(admin)),
    )
    # imported while the simulator starts: importing takes most of the time here
    from yurt_console.cli.demo import sample_accounts, steps  # noqa: PLC0415

    await _wait_for_file(admin)
    accounts = sample_accounts.load(folder.file("accounts.json"))
    async with steps.client(admin) as api:
        log = folder.file("install.log")
        messages.step("installing the User kind and rights", log)
        await steps.install(api, log)
        if not before.prepared:
            await steps.create_accounts(api, accounts)
            folder.write_state(DemoState(port, api_port, prepared=True))
        for name, account, command in (
            (OPERATOR, "yurt-console-operator", ("operator", "--lease-duration", "3", *_webhook())),
            (CONSOLE, "yurt-console", ("serve", "--host", _HOST, "--port", str(port))),
        ):
            messages.step(f"starting the {name}", children.log(name))
            credentials = folder.file(f"{name}.kubeconfig")
            await steps.write_kubeconfig(api, account, credentials, _TOKEN_SECONDS)
            await children.start(name, *command, "--kubeconfig", str(credentials))
        await _wait_for_reply(f"http://{_HOST}:{port}/readyz")
        await steps.wait_provisioned(api, accounts, _PROVISION_TIMEOUT)
        changes = [(account, await steps.change_since(api, account)) for account in accounts]
    messages.ready(folder.path, port, admin, changes)


def _webhook() -> tuple[str, ...]:
    """Flags of the webhook's address; only the simulated API server uses the port."""
    # a random one, so that two demos that start at once do not take the same
    port = free_port(Settings().webhook.port + random.randrange(400))
    return ("--webhook-address", f"https://{_HOST}:{port}", "--webhook-port", str(port))


def _port(what: str, wanted: int, *, besides: int = 0) -> int:
    port = free_port(wanted, besides=besides)
    if port != wanted:
        messages.taken(what, wanted, port)
    return port


async def _wait_for_file(file: Path) -> None:
    """Wait until a file exists. Raises `KubeError`."""
    await _until(file.exists, f"{file.name} was not written: the simulated cluster does not start")


async def _wait_for_reply(url: str) -> None:
    """Wait until an address answers 200. Raises `KubeError`."""

    def answers() -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310
            return bool(reply.status == 200)
        return False

    await _until(answers, f"{url} does not answer")


async def _until(there: Callable[[], bool], problem: str) -> None:
    deadline = time.monotonic() + _START_TIMEOUT
    while not await asyncio.to_thread(there):
        if time.monotonic() > deadline:
            raise KubeError(f"{problem} within {_START_TIMEOUT:.0f} s")
        await asyncio.sleep(0.05)

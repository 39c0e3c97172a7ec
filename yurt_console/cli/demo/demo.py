"""``yurt-console demo``: the whole product on a simulated cluster, on loopback, until Ctrl-C.

Simulator, operator and console are processes of their own, with the rights that an installation gives
them and no more. This one starts them in order, says how to go on, and ends them together.
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

from yurt_console.cli.demo import messages as words
from yurt_console.cli.demo.folder import Folder, Remembered, free_port
from yurt_console.cli.demo.process_group import ProcessGroup
from yurt_console.cli.simulate.options import API_PORT, CONSOLE_PORT
from yurt_console.kube.errors import KubeError
from yurt_console.settings import Settings

SIMULATOR, OPERATOR, CONSOLE = "simulator", "operator", "console"
_HOST = "127.0.0.1"
_WITHIN = 180.0
"""Seconds a part may take to start: `edge-500` is sown in some 15 s, and machines can be busy."""
_PROVIDED_WITHIN = 15.0
_LAST_WORDS = 1.0
_GRANTED = 365 * 24 * 3600
"""Seconds the parts' own credentials hold; they are renewed at every start."""


def run(given: argparse.Namespace) -> int:
    """Run until a signal. Raises `KubeError` when a part cannot start or dies."""
    path = Path(given.data_dir).expanduser().absolute()
    try:
        with Folder.held(path) as folder:
            asyncio.run(_until_told(given, folder))
    except OSError as error:
        raise KubeError(f"{error.filename or path}: {error.strerror}") from None
    return 0


async def _until_told(given: argparse.Namespace, folder: Folder) -> None:
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    crew = ProcessGroup(folder.path)
    end = asyncio.create_task(told.wait())
    death = asyncio.create_task(crew.watch())
    work = asyncio.create_task(_start(given, folder, crew))
    try:
        done, _ = await asyncio.wait((end, death, work), return_when=asyncio.FIRST_COMPLETED)
        if done == {work}:
            # all is up; or something failed, and mostly because a part has died: then that is the news
            patience = _LAST_WORDS if work.exception() else None
            await asyncio.wait((end, death), timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        if not end.done():
            await (death if death.done() else work)
    finally:
        words.stopping()
        for task in (end, death, work):
            task.cancel()
        await asyncio.gather(end, death, work, return_exceptions=True)
        await crew.stop(CONSOLE, OPERATOR)
        await crew.stop(SIMULATOR)
        words.stopped()


async def _start(given: argparse.Namespace, folder: Folder, crew: ProcessGroup) -> None:
    before = folder.remembered()
    words.greeting(folder.path)
    api_port = _port("the simulated API server", given.api_port or before.api_port or API_PORT)
    port = _port("the console", given.port or before.port or CONSOLE_PORT, besides=api_port)
    folder.remember(Remembered(port, api_port, before.prepared))
    admin = folder.file("admin.kubeconfig")
    admin.unlink(missing_ok=True)
    words.step("starting the simulated cluster", crew.log(SIMULATOR))
    await crew.start(
        SIMULATOR,
        *("simulate", "--port", str(api_port), "--data", str(folder.file("cluster.db"))),
        *("--seed", given.seed, "--write-kubeconfig", str(admin)),
    )
    # loaded while the simulator starts, because loading is most of what takes time here
    from yurt_console.cli.demo import sample_accounts, steps  # noqa: PLC0415

    await _appearance(admin)
    accounts = sample_accounts.kept(folder.file("accounts.json"))
    async with steps.client(admin) as api:
        log = folder.file("install.log")
        words.step("installing the User kind and rights", log)
        await steps.installed(api, log)
        if not before.prepared:
            await steps.make(api, accounts)
            folder.remember(Remembered(port, api_port, prepared=True))
        for name, account, command in (
            (OPERATOR, "yurt-console-operator", ("operator", "--lease-duration", "3", *_webhook())),
            (CONSOLE, "yurt-console", ("serve", "--host", _HOST, "--port", str(port))),
        ):
            words.step(f"starting the {name}", crew.log(name))
            credentials = folder.file(f"{name}.kubeconfig")
            await steps.grant(api, account, credentials, _GRANTED)
            await crew.start(name, *command, "--kubeconfig", str(credentials))
        await _answer(f"http://{_HOST}:{port}/readyz")
        await steps.provided(api, accounts, _PROVIDED_WITHIN)
        standing = [(account, await steps.standing(api, account)) for account in accounts]
    words.ready(folder.path, port, admin, standing)


def _webhook() -> tuple[str, ...]:
    """Where the simulated API server asks the operator; nobody else needs to know the port."""
    # anywhere, so that two demos that start at once do not both find the same one free
    port = free_port(Settings().webhook_port + random.randrange(400))
    return ("--webhook-address", f"https://{_HOST}:{port}", "--webhook-port", str(port))


def _port(what: str, wanted: int, *, besides: int = 0) -> int:
    port = free_port(wanted, besides=besides)
    if port != wanted:
        words.taken(what, wanted, port)
    return port


async def _appearance(file: Path) -> None:
    """Return when a file is there. Raises `KubeError`."""
    await _until(file.exists, f"{file.name} was not written: the simulated cluster does not start")


async def _answer(url: str) -> None:
    """Return when an address answers 200. Raises `KubeError`."""

    def answers() -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310
            return bool(reply.status == 200)
        return False

    await _until(answers, f"{url} does not answer")


async def _until(there: Callable[[], bool], problem: str) -> None:
    deadline = time.monotonic() + _WITHIN
    while not await asyncio.to_thread(there):
        if time.monotonic() > deadline:
            raise KubeError(f"{problem} within {_WITHIN:.0f} s")
        await asyncio.sleep(0.05)

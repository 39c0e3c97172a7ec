"""``yurt-console simulate``: an embedded Kubernetes API server with a simulated cluster behind it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from pathlib import Path

import uvloop

from kubesim.cluster.simulation import Simulation
from kubesim.storage.sqlite import StorageError
from yurt_console.cli import private_files
from yurt_console.cli.demo.tenants import seed_tenants
from yurt_console.kube import kubeconfig

CONTEXT = "yurt-console-simulator"


def run(given: argparse.Namespace) -> int:
    """Simulate until SIGINT or SIGTERM; 1 when the port or the data file cannot be used."""
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # the messages below replace its own
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_simulate(given, Path(given.data).expanduser() if given.data else None))
    except StorageError as error:
        print(f"yurt-console: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"yurt-console: {_words(error, given)}", file=sys.stderr)
        return 1
    return 0


async def _simulate(given: argparse.Namespace, data: Path | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    opened = Simulation.open(
        data, seed=given.seed, nodes=given.nodes, openyurt=given.openyurt, tenants=seed_tenants()
    )
    with opened as simulation:
        async with simulation.serving(port=given.port, tls=not given.http) as address:
            _introduce(given, simulation, address)
            await stop.wait()
            simulation.faults.clear()
    with contextlib.suppress(BrokenPipeError):
        print("The simulation has stopped.", flush=True)


def _introduce(given: argparse.Namespace, simulation: Simulation, address: str) -> None:
    print(f"A simulated Kubernetes 1.20 with OpenYurt answers on {address}")
    print("It is a simulation: no container runs, and no machine stands behind a node.")
    print(
        f"Its state is kept in {given.data}."
        if given.data
        else "Its state is in memory, and gone when this ends."
    )
    if given.write_kubeconfig:
        path = Path(given.write_kubeconfig).expanduser().absolute()
        ca = simulation.identity.authority.certificate_pem if not given.http else b""
        token = simulation.identity.admin_token
        private_files.write_private(
            path, kubeconfig.render(address, ca, "kubernetes-admin", token, "default", CONTEXT)
        )
        print(f"An administrator's kubeconfig:  export KUBECONFIG={path}")
    else:
        print("Nobody can log in: --write-kubeconfig FILE gives you an administrator's kubeconfig.")
    print("Ctrl-C stops it.", flush=True)


def _words(error: OSError, given: argparse.Namespace) -> str:
    if error.filename:
        return f"{error.filename}: {error.strerror}"
    return f"port {given.port} on 127.0.0.1 cannot be used: {error.strerror}"

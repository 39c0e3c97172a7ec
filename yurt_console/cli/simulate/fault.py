"""``yurt-console simulate fault``: injects a fault into a running simulation."""

from __future__ import annotations

import argparse
import asyncio

import msgspec

from kubesim.faults.app import PATH
from kubesim.faults.faults import Fault
from yurt_console.cli import cluster_client
from yurt_console.kube.errors import KubeError, NotFound
from yurt_console.settings import Settings

_VALUES = ("seconds", "milliseconds", "code", "name")


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Inject the fault and print the result. Raises the `KubeError` tree."""
    values = {name: value for name in _VALUES if (value := getattr(given, name, None)) is not None}
    try:
        fault: Fault = msgspec.convert({"fault": given.fault, **values}, Fault)
    except msgspec.ValidationError as error:
        raise KubeError(f"no such fault can be simulated: {error}") from None
    print(asyncio.run(_inject(settings, fault)))
    return 0


async def _inject(settings: Settings, fault: Fault) -> str:
    async with cluster_client.client(settings) as client:
        try:
            reply = await client.request("POST", PATH, body=msgspec.json.encode(fault))
        except NotFound as error:
            if error.status.details.name:
                raise
            raise KubeError(f"{client.server} is no simulation: faults are for simulations only") from None
    return str(msgspec.json.decode(reply)["done"])

"""The mode ``--registrations``: floods of registrations from one address and from thousands.

An open loop: each registration is sent at its own time, however slow the replies are. The sender shares the
machine with the API server, the operator and the console, which trusts its ``X-Forwarded-For``.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import Counter
from pathlib import Path

import aiohttp
import msgspec

from bench.cluster.endpoint import Endpoint, read_kubeconfig
from bench.cluster.filled import install
from bench.cluster.processes import Console, Operator
from bench.report.machine import machine
from bench.report.model import Check, Fact, Promise, Report, Section, report
from bench.report.statistics import duration_text, median_and_p99
from tests.planes.control_plane import ControlPlane
from tests.planes.kubernetes_api import Api
from yurt_console.custom_resources import USERS
from yurt_console.tenancy.accounts import user_objects

RATE, SECONDS = 200, 20
OTHER_REPLIES = Promise("replies other than 200 and 429", 0, "")
NO_RETRY_AFTER = Promise("429 without Retry-After", 0, "")
INCOMPLETE = Promise("incomplete accounts", 0, "")
UNREADY = Promise("probes of /readyz that were not 200", 0, "")
READYZ = Promise("slowest /readyz", 20, "x the API server's slowest")
_ADDRESSES = 4000
_PROBE_SECONDS = 0.1
_READY_SECONDS = 180.0
_PROXY = ("--trusted-proxies", "127.0.0.1/32")


class Registration(msgspec.Struct, frozen=True):
    """The reply to one registration."""

    email: str
    status: int
    """0 when there was no reply."""
    retry_after: int
    milliseconds: float


class Probe(msgspec.Struct, frozen=True):
    """The reply to one ``/readyz``; status 0 when there was none."""

    status: int
    milliseconds: float


class Flood(msgspec.Struct, frozen=True):
    """All replies of one flood, and the probes of console and API server meanwhile."""

    registrations: tuple[Registration, ...]
    console: tuple[Probe, ...]
    api_server: tuple[Probe, ...]
    incomplete: int
    """Accounts without a 200, and accounts with one that did not become ready."""


def run(folder: Path) -> Report:
    """Measure both floods on a real API server, each with a new console. Raises RuntimeError."""
    before = machine()
    plane = ControlPlane.start(folder / "registrations")
    sections = []
    try:
        install(plane)
        with Operator(plane.kubeconfig, folder / "operator.log"):
            for addresses, text in ((1, "one address"), (_ADDRESSES, f"{_ADDRESSES:,} addresses")):
                with Console(plane.kubeconfig, folder / "console.log", *_PROXY) as console:
                    console.wait_ready()
                    flood = _flood(plane, console, addresses)
                sections.append(_section(text, flood))
    finally:
        plane.stop()
    return report("A console, an operator and floods of registrations", before, *sections)


def _flood(plane: ControlPlane, console: Console, addresses: int) -> Flood:
    before = _names(plane.api)
    api_server = read_kubeconfig(plane.kubeconfig)
    registrations, console_probes, api_probes = asyncio.run(_send(console.endpoint, api_server, addresses))
    accepted = {user_objects.name_of(each.email) for each in registrations if each.status == 200}
    return Flood(registrations, console_probes, api_probes, _incomplete(plane.api, before, accepted))


async def _send(
    console: Endpoint, api_server: Endpoint, addresses: int
) -> tuple[tuple[Registration, ...], tuple[Probe, ...], tuple[Probe, ...]]:
    tls: ssl.SSLContext | bool = api_server.tls() or False
    timeout = aiohttp.ClientTimeout(60)
    async with (
        aiohttp.ClientSession(
            console.url, timeout=timeout, connector=aiohttp.TCPConnector(limit=0)
        ) as session,
        aiohttp.ClientSession(
            api_server.url,
            timeout=timeout,
            headers=api_server.headers,
            connector=aiohttp.TCPConnector(ssl=tls),
        ) as kubernetes,
    ):
        over = asyncio.Event()
        probing = [asyncio.create_task(_probe(each, over)) for each in (session, kubernetes)]
        began = time.monotonic()
        sending = []
        for number in range(RATE * SECONDS):
            await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
            sending.append(asyncio.create_task(_register(session, number, addresses)))
        registrations = await asyncio.gather(*sending)
        over.set()
        console_probes, api_probes = await asyncio.gather(*probing)
        return tuple(registrations), tuple(console_probes), tuple(api_probes)


async def _register(session: aiohttp.ClientSession, number: int, addresses: int) -> Registration:
    email = f"flood-{addresses}-{number}@example.com"
    body = {"email": email, "phone": "13800138000", "organization": "ACME"}
    address = number % addresses
    headers = {"X-Forwarded-For": f"10.{address // 65536}.{address // 256 % 256}.{address % 256}"}
    began = time.perf_counter()
    try:
        async with session.post("/register?wait=false", json=body, headers=headers) as reply:
            await reply.read()
            status, retry_after = reply.status, int(reply.headers.get("Retry-After", 0))
    except (aiohttp.ClientError, TimeoutError):
        status, retry_after = 0, 0
    return Registration(email, status, retry_after, (time.perf_counter() - began) * 1000)


async def _probe(session: aiohttp.ClientSession, over: asyncio.Event) -> list[Probe]:
    """Request ``/readyz`` until the flood is over."""
    probes = []
    while not over.is_set():
        began = time.perf_counter()
        try:
            async with session.get("/readyz") as reply:
                await reply.read()
                status = reply.status
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        probes.append(Probe(status, (time.perf_counter() - began) * 1000))
        await asyncio.sleep(_PROBE_SECONDS)
    return probes


def _incomplete(api: Api, before: set[str], accepted: set[str]) -> int:
    """Number of accounts that exist without a 200, or have one and do not become ready."""
    deadline = time.monotonic() + _READY_SECONDS
    while (missing := accepted - _names(api, ready=True)) and time.monotonic() < deadline:
        time.sleep(1.0)
    return len(missing | (_names(api) - before - accepted))


def _names(api: Api, *, ready: bool = False) -> set[str]:
    return {
        user["metadata"]["name"]
        for user in api.list(USERS)
        if not ready or (user.get("status") or {}).get("effectiveTime")
    }


def _section(text: str, flood: Flood) -> Section:
    row = f"a flood from {text}"
    counts = Counter(each.status for each in flood.registrations)
    others = sum(count for status, count in counts.items() if status not in (200, 429))
    no_retry_after = sum(each.status == 429 and each.retry_after < 1 for each in flood.registrations)
    unready = sum(probe.status != 200 for probe in flood.console)
    slowest, reference = (
        max(probe.milliseconds for probe in probes) for probes in (flood.console, flood.api_server)
    )
    fact = Fact(
        f"{RATE} registrations a second for {SECONDS} s from {text}",
        f"{counts[200]:,} accepted, {counts[429]:,} throttled",
        f"replies (median / p99) {median_and_p99([each.milliseconds for each in flood.registrations])}",
    )
    checks = (
        Check(row, OTHER_REPLIES, others),
        Check(row, NO_RETRY_AFTER, no_retry_after),
        Check(row, INCOMPLETE, flood.incomplete),
        Check(row, UNREADY, unready),
        Check(
            row,
            READYZ,
            slowest / reference,
            duration_text(slowest),
            f"API server {duration_text(reference)}",
        ),
    )
    return Section((fact,), checks)

"""Floods of registrations, from one address and from thousands: who is let in, and whether all else goes on.

Each registration begins when its moment has come, however slow those before it are. The sender shares the
machine with the API server, the operator and the console, which believes its ``X-Forwarded-For``.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path

import aiohttp
import msgspec

from bench.accounts import Operator
from bench.processes import Console, command_line
from bench.report import Check, Fact, Promise, duration_text, percentile
from tests.control_plane import ControlPlane
from tests.kubernetes_api import Api
from yurt_console.custom_resources import USERS
from yurt_console.tenancy.accounts import user_objects

RATE, SECONDS = 200, 20
_MANY = 4000
_LOOK = 0.1
"""Seconds between two looks at ``/readyz`` while the flood lasts."""
_READY_WITHIN = 180.0
_ANSWERED_WITHIN = 2.0
_PROXY = ("--trusted-proxies", "127.0.0.1/32")


class Answer(msgspec.Struct, frozen=True):
    """What one registration came to."""

    email: str
    status: int
    """0 when nothing came back."""
    retry_after: int
    milliseconds: float


class Flood(msgspec.Struct, frozen=True):
    """What came of all of them; of ``/readyz`` the slowest answer in seconds, and how many were not 200."""

    answers: tuple[Answer, ...]
    slowest: float
    unready: int
    half_made: int
    """Accounts that nobody was told of, or that are not ready although somebody was."""


def measure(folder: Path) -> tuple[list[Fact], list[Check]]:
    """Both floods on a real API server, each with a console that has counted nothing yet."""
    plane = ControlPlane.start(folder / "registrations")
    facts: list[Fact] = []
    checks: list[Check] = []
    try:
        plane.install_openyurt("v1.7")
        command_line("install", "--kubeconfig", str(plane.kubeconfig))
        with Operator(plane.kubeconfig, folder / "operator.log"):
            for addresses, words in ((1, "one address"), (_MANY, f"{_MANY:,} addresses")):
                with Console(plane.kubeconfig, folder / "console.log", *_PROXY) as console:
                    console.wait_ready()
                    flood = _flood(plane.api, console, addresses)
                facts.append(_fact(words, flood))
                checks += _checks(words, flood)
    finally:
        plane.stop()
    return facts, checks


def _flood(api: Api, console: Console, addresses: int) -> Flood:
    before = _names(api)
    answers, looks = asyncio.run(_send(console.address.url, addresses))
    welcome = {user_objects.name_of(answer.email) for answer in answers if answer.status == 200}
    unready = sum(status != 200 for status, _ in looks)
    return Flood(answers, max(seconds for _, seconds in looks), unready, _half_made(api, before, welcome))


async def _send(url: str, addresses: int) -> tuple[tuple[Answer, ...], list[tuple[int, float]]]:
    timeout = aiohttp.ClientTimeout(60)
    async with aiohttp.ClientSession(
        url, timeout=timeout, connector=aiohttp.TCPConnector(limit=0)
    ) as session:
        over = asyncio.Event()
        looking = asyncio.create_task(_look(session, over))
        begun = time.monotonic()
        sent = []
        for number in range(RATE * SECONDS):
            await asyncio.sleep(max(0.0, begun + number / RATE - time.monotonic()))
            sent.append(asyncio.create_task(_register(session, number, addresses)))
        answers = await asyncio.gather(*sent)
        over.set()
        return tuple(answers), await looking


async def _register(session: aiohttp.ClientSession, number: int, addresses: int) -> Answer:
    email = f"flood-{addresses}-{number}@example.com"
    body = {"email": email, "phone": "13800138000", "organization": "ACME"}
    address = number % addresses
    headers = {"X-Forwarded-For": f"10.{address // 65536}.{address // 256 % 256}.{address % 256}"}
    begun = time.perf_counter()
    try:
        async with session.post("/register?wait=false", json=body, headers=headers) as reply:
            await reply.read()
            status, pause = reply.status, int(reply.headers.get("Retry-After", 0))
    except (aiohttp.ClientError, TimeoutError):
        status, pause = 0, 0
    return Answer(email, status, pause, (time.perf_counter() - begun) * 1000)


async def _look(session: aiohttp.ClientSession, over: asyncio.Event) -> list[tuple[int, float]]:
    """The status of ``/readyz`` and how long it took, again and again."""
    looks = []
    while not over.is_set():
        begun = time.perf_counter()
        try:
            async with session.get("/readyz") as reply:
                status = reply.status
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        looks.append((status, time.perf_counter() - begun))
        await asyncio.sleep(_LOOK)
    return looks


def _half_made(api: Api, before: set[str], welcome: set[str]) -> int:
    """How many are there without having been let in, or are let in and do not become ready."""
    deadline = time.monotonic() + _READY_WITHIN
    while (missing := welcome - _names(api, ready=True)) and time.monotonic() < deadline:
        time.sleep(1.0)
    return len(missing | (_names(api) - before - welcome))


def _names(api: Api, *, ready: bool = False) -> set[str]:
    found = api.list(USERS)
    return {
        user["metadata"]["name"]
        for user in found
        if not ready or (user.get("status") or {}).get("effectiveTime")
    }


def _fact(words: str, flood: Flood) -> Fact:
    counts = Counter(answer.status for answer in flood.answers)
    times = [answer.milliseconds for answer in flood.answers]
    return Fact(
        f"{RATE} registrations a second for {SECONDS} s from {words}",
        "",
        f"{counts[200]:,} let in, {counts[429]:,} told to wait",
        f"median {duration_text(percentile(times, 50))}, p99 {duration_text(percentile(times, 99))};"
        f" /readyz {duration_text(flood.slowest * 1000)} at the worst",
    )


def _checks(words: str, flood: Flood) -> list[Check]:
    row = f"a flood from {words}"
    others = sum(answer.status not in (200, 429) for answer in flood.answers)
    unclear = sum(answer.status == 429 and answer.retry_after < 1 for answer in flood.answers)
    return [
        Check(row, Promise("answers that are neither 200 nor 429", 0, ""), others),
        Check(row, Promise("429 without Retry-After", 0, ""), unclear),
        Check(row, Promise("accounts half made", 0, ""), flood.half_made),
        Check(row, Promise("looks at /readyz that were not 200", 0, ""), flood.unready),
        Check(row, Promise("slowest /readyz", _ANSWERED_WITHIN, "s"), flood.slowest),
    ]

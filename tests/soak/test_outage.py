"""The API server goes away under the console, stalled or killed, for seconds or minutes, and returns."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from apimachinery.resources import DEPLOYMENTS, NODES, PODS, SERVICES
from tests.journeys.product import Product
from tests.planes.kubernetes_api import deployment
from tests.planes.plane import Plane
from tests.planes.targets import TARGETS, started
from tests.planes.waiting import until

KINDS = {"/pods": PODS, "/deployments": DEPLOYMENTS, "/services": SERVICES, "/nodes": NODES}


@pytest.fixture(scope="module", params=TARGETS)
def product(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("outage")
    with started(request.param, folder / "kube", nodes=2) as plane:
        product = Product(plane, folder)
        try:
            product.run("install")
            product.start("operator")
            unlimited = ("--registrations", "0", "--registrations-per-address", "0")
            product.serve("--registration-wait", "2", *unlimited)
            yield product
        finally:
            product.stop()


def _differences(product: Product, token: str) -> dict[str, object]:
    """What the console shows otherwise than the API server, or calls stale; empty when all is equal."""
    found: dict[str, object] = {}
    for address, resource in KINDS.items():
        body = product.send("GET", address, token=token).body
        rows = body["allNodes" if resource is NODES else "items"]
        shown = {(row.get("namespace", ""), row["name"]) for row in rows}
        listed = product.plane.api.list(resource)
        there = {(item["metadata"].get("namespace", ""), item["metadata"]["name"]) for item in listed}
        if shown != there or body["staleSince"] is not None:
            found[address] = (shown ^ there, body["staleSince"])
    return found


def _settled(product: Product, token: str) -> dict[str, Any]:
    """The lists, once their totals are steady: pods of an earlier outage may still be going."""
    seen: list[dict[str, Any]] = []

    def steady() -> bool:
        seen.append({address: product.send("GET", address, token=token).body for address in KINDS})
        totals = [{address: body["total"] for address, body in one.items()} for one in seen[-8:]]
        return len(totals) == 8 and all(one == totals[0] for one in totals)

    until(steady, 60, "lists do not change any more")
    return seen[-1]


def _until_equal(product: Product, token: str, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while differences := _differences(product, token):
        assert time.monotonic() < deadline, f"{what}: {differences}"
        time.sleep(0.1)


@contextmanager
def _away(plane: Plane, *, kill: bool) -> Iterator[None]:
    """While the API server does not answer; it does again afterwards, whatever happened."""
    if kill:
        plane.kill()
    else:
        plane.stall()
    try:
        yield
    finally:
        if kill:
            plane.restart()
        else:
            plane.resume()
            until(plane.api.ready, 60, "the API server answers")


def _outage(product: Product, token: str, seconds: float, *, kill: bool) -> None:
    plane = product.plane
    mark = secrets.token_hex(3)  # an outage that failed has left its own behind
    gone, kept = f"gone-{mark}", f"kept-{mark}"
    for name in (gone, kept):
        plane.api.create(DEPLOYMENTS, deployment(name), "default")
    _until_equal(product, token, 20, "before the outage")
    before = _settled(product, token)

    with _away(plane, kill=kill):
        began = time.monotonic()
        until(
            lambda: all(product.send("GET", address, token=token).body["staleSince"] for address in KINDS),
            10,
            "all lists say that they are stale: the watch of each kind breaks at a time of its own",
        )
        while time.monotonic() - began < seconds:
            for address in KINDS:
                asked = time.monotonic()
                reply = product.send("GET", address, token=token)
                assert reply.status == 200 and reply.body["staleSince"], (address, reply.status)
                assert time.monotonic() - asked < 1, "a page waited for the API server"
                assert reply.body["total"] == before[address]["total"]
            ready = product.send("GET", "/readyz")
            assert ready.status == 200 and ready.body["stale"], ready
            asked = time.monotonic()
            refused = product.register(f"away-{asked}@example.com")
            assert refused.status == 503 and int(refused.headers["retry-after"]) > 0, refused
            assert time.monotonic() - asked < 10, "a write waited too long"
            time.sleep(0.5)
    plane.api.delete(DEPLOYMENTS, gone, "default", wait=0)
    _until_equal(product, token, 10, "after the outage")
    plane.api.delete(DEPLOYMENTS, kept, "default", wait=0)


@pytest.fixture(scope="module")
def admin(product: Product) -> str:
    created = product.run(
        "users", "create", "--email", "root@example.com", "--phone", "13800138000", "--organization", "o",
        "--role", "admin", "-o", "json",
    )  # fmt: skip
    token = str(json.loads(created.stdout)["token"])
    until(lambda: product.send("GET", "/pods", token=token).status == 200, 20, "the administrator is let in")
    return token


@pytest.mark.soak
@pytest.mark.parametrize("kill", [False, True], ids=["stalled", "killed"])
@pytest.mark.parametrize("seconds", [5, 60, 300])
def test_an_outage_is_survived(product: Product, admin: str, seconds: int, kill: bool) -> None:
    _outage(product, admin, seconds, kill=kill)


@pytest.mark.timeout(180)
def test_a_short_outage_is_survived(product: Product, admin: str) -> None:
    _outage(product, admin, 5, kill=False)
    _outage(product, admin, 5, kill=True)

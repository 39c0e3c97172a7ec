"""The API server goes away under the console, stalled or killed, for seconds or minutes, and returns."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator

import pytest

from tests.control_plane import MISSING, ControlPlane, available
from tests.journeys.product import Product, until

KINDS = {"/pods": "pods", "/deployments": "deployments", "/services": "services", "/nodes": "nodes"}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    if not available():
        pytest.skip(MISSING)
    folder = tmp_path_factory.mktemp("outage")
    plane = ControlPlane.start(folder / "kube", nodes=2)
    product = Product(plane, folder)
    try:
        plane.install_openyurt("v1.7")
        product.run("install")
        product.start("operator")
        product.serve("--registration-wait", "2")
        yield product
    finally:
        product.stop()
        plane.stop()


def _differences(product: Product, token: str) -> dict[str, object]:
    """What the console shows otherwise than kubectl, or calls stale; empty when all is equal."""
    found: dict[str, object] = {}
    for address, kind in KINDS.items():
        body = product.ask("GET", address, token=token).body
        rows = body["allNodes" if kind == "nodes" else "items"]
        shown = {(row.get("namespace", ""), row["name"]) for row in rows}
        listed = json.loads(product.plane.kubectl("get", kind, "-A", "-o", "json").stdout)["items"]
        there = {(item["metadata"].get("namespace", ""), item["metadata"]["name"]) for item in listed}
        if shown != there or body["staleSince"] is not None:
            found[kind] = (shown ^ there, body["staleSince"])
    return found


def _until_equal(product: Product, token: str, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while differences := _differences(product, token):
        assert time.monotonic() < deadline, f"{what}: {differences}"
        time.sleep(0.1)


def _outage(product: Product, token: str, seconds: float, *, kill: bool) -> None:
    plane = product.plane
    plane.kubectl("create", "deployment", "gone", "--image=nginx")
    plane.kubectl("create", "deployment", "kept", "--image=nginx")
    _until_equal(product, token, 20, "before the outage")
    before = {address: product.ask("GET", address, token=token).body for address in KINDS}

    plane.signal(signal.SIGKILL if kill else signal.SIGSTOP)
    began = time.monotonic()
    until(
        lambda: product.ask("GET", "/pods", token=token).body["staleSince"],
        10,
        "lists say that they are stale",
    )
    while time.monotonic() - began < seconds:
        for address in KINDS:
            asked = time.monotonic()
            reply = product.ask("GET", address, token=token)
            assert reply.status == 200 and reply.body["staleSince"], (address, reply.status)
            assert time.monotonic() - asked < 1, "a page waited for the API server"
            assert reply.body["total"] == before[address]["total"]
        ready = product.ask("GET", "/readyz")
        assert ready.status == 200 and ready.body["stale"], ready
        asked = time.monotonic()
        refused = product.register(f"away-{asked}@example.com")
        assert refused.status == 503 and int(refused.headers["retry-after"]) > 0, refused
        assert time.monotonic() - asked < 10, "a write waited too long"
        time.sleep(0.5)

    if kill:
        plane.restart_apiserver()
    else:
        plane.signal(signal.SIGCONT)
        until(
            lambda: plane.kubectl("get", "--raw", "/readyz", check=False).returncode == 0,
            60,
            "the API server answers",
        )
    plane.kubectl("delete", "deployment", "gone", "--wait=false")
    _until_equal(product, token, 10, "after the outage")
    plane.kubectl("delete", "deployment", "kept", "--wait=false")


@pytest.fixture(scope="module")
def admin(product: Product) -> str:
    created = product.run(
        "users", "create", "--email", "root@example.com", "--phone", "13800138000", "--organization", "o",
        "--role", "admin", "-o", "json",
    )  # fmt: skip
    token = str(json.loads(created.stdout)["token"])
    until(lambda: product.ask("GET", "/pods", token=token).status == 200, 20, "the administrator is let in")
    return token


@pytest.mark.soak
@pytest.mark.real
@pytest.mark.parametrize("kill", [False, True], ids=["stalled", "killed"])
@pytest.mark.parametrize("seconds", [5, 60, 300])
def test_an_outage_is_survived(product: Product, admin: str, seconds: int, kill: bool) -> None:
    _outage(product, admin, seconds, kill=kill)


@pytest.mark.real
@pytest.mark.timeout(180)
def test_a_short_outage_is_survived(product: Product, admin: str) -> None:
    _outage(product, admin, 5, kill=False)
    _outage(product, admin, 5, kill=True)

"""An account is deleted while somebody uses it: whatever they hold is refused within a minute."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from apimachinery.resources import PODS
from tests.journeys.product import Product
from tests.planes.kubernetes_api import Api
from tests.planes.targets import TARGETS, started
from tests.planes.waiting import until
from yurt_console.custom_resources import USERS

WITHIN = 60.0


@pytest.fixture(params=TARGETS)
def product(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Product]:
    with started(str(request.param), tmp_path / "kube") as plane:
        product = Product(plane, tmp_path)
        try:
            product.run("install")
            product.start("operator")
            product.serve()
            yield product
        finally:
            product.stop()


@pytest.mark.parametrize("how", ["deleted", "suspended"])
def test_cookie_stream_token_and_kubeconfig_end_with_the_account(product: Product, how: str) -> None:
    email = "ada@example.com"
    token = product.register(email).body["token"]
    session = product.send("POST", "/session", {"email": email, "token": token})
    cookie = {"Cookie": session.headers["set-cookie"].partition(";")[0]}
    assert product.send("GET", "/pods", headers=cookie).status == 200
    account = product.login(email, token).body
    name = account["spec"]["namespace"]
    kubeconfig = Api(account["spec"]["kubeConfig"])
    pods = kubeconfig.path(PODS, namespace=name)
    until(lambda: kubeconfig.ask("GET", pods).code == 200, 10, "the kubeconfig works")

    request = urllib.request.Request(f"http://127.0.0.1:{product.port}/changes", headers=cookie)
    with urllib.request.urlopen(request, timeout=WITHIN) as stream:
        begun = time.monotonic()
        if how == "deleted":
            product.plane.api.delete(USERS, name, wait=0)
        else:
            product.plane.api.patch(USERS, name, {"spec": {"suspended": True}})
        refused = 401 if how == "deleted" else 403
        until(
            lambda: product.send("GET", "/pods", headers=cookie).status == refused,
            10,
            "the cookie is refused",
        )
        until(lambda: product.send("GET", "/pods", token=token).status == refused, 10, "the token is refused")
        until(lambda: kubeconfig.ask("GET", pods).code in (401, 403), WITHIN, "the kubeconfig is refused")
        while stream.read(64):
            assert time.monotonic() - begun < WITHIN, "the stream goes on"
    assert time.monotonic() - begun < WITHIN

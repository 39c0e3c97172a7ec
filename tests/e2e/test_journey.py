"""The whole journey of a stranger, as a person takes it: in a browser, with a machine and with kubectl."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from apimachinery.resources import PODS
from kubesim.node_agent.join import Identity
from tests.e2e.window.visitor import Visitor, visiting
from tests.journeys.machines import Machines
from tests.journeys.product import Product
from tests.planes.plane import free_ports
from tests.planes.simulated_plane import SimulatedPlane
from tests.planes.targets import TARGETS, kubectl, started
from yurt_console.cli.simulate import join_values

EMAIL = "ada@example.com"
REPLICAS = 2
SHOWN_WITHIN = 2.0
"""Seconds from a pod's creation until the page shows it."""
READY_WITHIN, LOST_WITHIN = 90_000, 120_000
"""Milliseconds: machines and node controllers take their time."""


@pytest.fixture(scope="module", params=TARGETS)
def product(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("journey")
    with started(str(request.param), folder / "kube") as plane:
        product = Product(plane, folder)
        try:
            product.run("install")
            port = free_ports(1)
            product.start(
                "operator",
                *("--webhook-address", f"https://127.0.0.1:{port}", "--webhook-port", str(port)),
            )
            product.serve()
            yield product
        finally:
            product.stop()


@pytest.fixture
def machines(product: Product) -> Iterator[Machines]:
    machines = Machines(product.plane)
    yield machines
    machines.stop()


@pytest.mark.timeout(420)
async def test_a_stranger_registers_joins_a_machine_deploys_and_loses_the_machine(
    browser: Browser, product: Product, machines: Machines, tmp_path: Path
) -> None:
    async with visiting(browser, f"http://127.0.0.1:{product.port}") as visitor:
        page = visitor.page
        token = await _register(visitor)
        await _log_in(visitor, token)
        await expect(page.get_by_text("First steps")).to_be_visible()

        name = await _join(visitor, product, machines, tmp_path)
        await page.keyboard.press("Escape")
        row = page.get_by_role("row").filter(has_text=name)
        await expect(row.get_by_text("Ready", exact=True)).to_be_visible(timeout=READY_WITHIN)

        kubeconfig = await _download(visitor, tmp_path)
        await visitor.go("/pods")
        await expect(page.locator("[data-state=empty]")).to_be_visible()
        await _deploy(page, product, kubeconfig)
        await expect(page.get_by_text("Running", exact=True)).to_have_count(REPLICAS, timeout=READY_WITHIN)

        overview = await visitor.context.new_page()
        await overview.goto(f"{visitor.address}/console/overview")
        nodes = overview.get_by_role("link").filter(has_text="Nodes").first
        await expect(overview.get_by_text("1 of 1 ready")).to_be_visible()
        await visitor.go("/nodes")
        await asyncio.to_thread(_lose, product, machines, name)
        await expect(row.get_by_text(re.compile("Offline|Not ready"))).to_be_visible(timeout=LOST_WITHIN)
        await expect(overview.get_by_text("0 of 1 ready")).to_be_visible(timeout=10_000)
        await expect(nodes).to_be_visible()


async def _register(visitor: Visitor) -> str:
    page = visitor.page
    await visitor.load("/register")
    await page.get_by_role("textbox", name="E-mail").fill(EMAIL)
    await page.get_by_role("textbox", name="Phone").fill("13800138000")
    await page.get_by_role("textbox", name="Organization").fill("Ada's farm")
    await page.get_by_role("button", name="Register").click()
    secret = page.get_by_role("region", name="Token")
    await secret.get_by_role("button", name="Copy").click()
    token = str(await page.evaluate("() => navigator.clipboard.readText()"))
    await expect(secret).to_contain_text(token)
    await expect(page.get_by_role("button", name="Open the console")).to_be_disabled()
    await page.get_by_role("checkbox", name="I have saved it").check()
    await expect(page.get_by_text("Everything is ready.")).to_be_visible(timeout=30_000)
    await page.get_by_role("button", name="Open the console").click()
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    return token


async def _log_in(visitor: Visitor, token: str) -> None:
    """Out, and in again with the token that was saved."""
    page = visitor.page
    await page.get_by_role("button", name="Account menu").click()
    await page.get_by_role("menuitem", name="Log out", exact=True).click()
    await expect(page).to_have_url(re.compile("/console/login"))
    await page.get_by_role("textbox", name="E-mail").fill(EMAIL)
    await page.get_by_role("textbox", name="Token").fill(token)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()


async def _join(visitor: Visitor, product: Product, machines: Machines, folder: Path) -> str:
    """Let a machine join by the script that the page offers, and see it come; the node's name."""
    page = visitor.page
    await (
        page.get_by_role("link", name="Join a node")
        .or_(page.get_by_role("button", name="Join a node"))
        .click()
    )
    dialog = page.get_by_role("dialog")
    async with page.expect_download() as download:
        await dialog.get_by_role("button", name="Download").click()
    script = folder / "join.sh"
    await (await download.value).save_as(script)
    values = join_values.read(script.read_text(), "barn")
    [identity] = await asyncio.to_thread(machines.join, values)
    assert isinstance(identity, Identity), identity
    await asyncio.to_thread(machines.boot, values, identity)
    arrival = dialog.locator("[data-joining] li").filter(has_text=values.name)
    await expect(arrival).to_have_attribute("data-progress", "ready", timeout=READY_WITHIN)
    return values.name


async def _download(visitor: Visitor, folder: Path) -> Path:
    page = visitor.page
    await visitor.go("/connection")
    async with page.expect_download() as download:
        await page.get_by_role("region", name="Kubeconfig").get_by_role("button", name="Download").click()
    kubeconfig = folder / "kubeconfig"
    await (await download.value).save_as(kubeconfig)
    return kubeconfig


async def _deploy(page: Page, product: Product, kubeconfig: Path) -> None:
    """Create a Deployment with kubectl, as the page says; its pods show soon after they are there."""
    more = ("hello", "--image=nginx", f"--replicas={REPLICAS}")
    await asyncio.to_thread(kubectl, kubeconfig, "create", "deployment", *more)
    deadline = time.monotonic() + 30
    while len(pods := await asyncio.to_thread(_pods, product)) < REPLICAS:
        assert time.monotonic() < deadline, "the pods are not made"
        await asyncio.sleep(0.02)
    for pod in pods:
        await expect(page.get_by_role("link", name=pod)).to_be_visible(timeout=SHOWN_WITHIN * 1000)


def _pods(product: Product) -> list[str]:
    listed = product.plane.api.list(PODS)
    return [each["metadata"]["name"] for each in listed if each["metadata"]["name"].startswith("hello-")]


def _lose(product: Product, machines: Machines, name: str) -> None:
    if isinstance(product.plane, SimulatedPlane):
        machines.switch_off(name)
    else:
        product.plane.stop_node(name)

"""``python -m tests.e2e.tutorial FOLDER``: takes the pictures of docs/tutorial.md by following its steps.

Starts its own demo, registers an account, joins a machine, deploys with kubectl, and switches the machine
off. Fails when a page has an error.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.e2e.browser import MISSING, available, launched
from tests.e2e.window.demo import Demo, demonstrated
from tests.e2e.window.visitor import Visitor, visiting
from tests.planes.targets import kubectl

EMAIL, PHONE, ORGANIZATION = "ada@example.com", "13800138000", "Ada's farm"
SIZE = (1280, 720)
READY_WITHIN, LOST_WITHIN = 60_000, 120_000
"""Timeouts in milliseconds for kubelet and node lifecycle controller."""


def main() -> int:
    """Take the pictures; the exit code."""
    parser = argparse.ArgumentParser(prog="tutorial", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    if not available():
        print(MISSING)  # noqa: T201
        return 1
    with tempfile.TemporaryDirectory() as temporary, demonstrated(Path(temporary)) as demo:
        asyncio.run(_follow(demo, folder, Path(temporary)))
    return 0


async def _follow(demo: Demo, folder: Path, downloads: Path) -> None:
    async with launched() as browser:
        async with visiting(browser, demo.address, size=SIZE) as visitor:
            await _register(visitor, folder)
            machine = await _join(visitor, folder, downloads)
            try:
                await _deploy(visitor, folder, downloads)
                await _lose(visitor, folder, machine)
            finally:
                machine.kill()
        async with visiting(browser, demo.address, demo.admin, size=SIZE) as visitor:
            await visitor.go("/overview")
            await _picture(visitor.page, folder, "admin")


async def _register(visitor: Visitor, folder: Path) -> None:
    page = visitor.page
    await visitor.load("/register")
    for name, text in (("E-mail", EMAIL), ("Phone", PHONE), ("Organization", ORGANIZATION)):
        await page.get_by_role("textbox", name=name).fill(text)
    await page.get_by_role("button", name="Register").click()
    await page.get_by_role("checkbox", name="I have saved it").check()
    await expect(page.get_by_text("Everything is ready.")).to_be_visible(timeout=READY_WITHIN)
    await _picture(page, folder, "register")
    await page.get_by_role("button", name="Open the console").click()
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()


async def _join(visitor: Visitor, folder: Path, downloads: Path) -> subprocess.Popen[bytes]:
    page = visitor.page
    await visitor.go("/nodes")
    join = page.get_by_role("link", name="Join a node").or_(page.get_by_role("button", name="Join a node"))
    await join.first.click()
    dialog = page.get_by_role("dialog")
    script = await _download(page, dialog, downloads / "join.sh")
    machine = _program("simulate-node", "--kubeconfig-from", str(script), "--name", "barn")
    await expect(dialog.locator("[data-joining] li")).to_have_attribute(
        "data-progress", "ready", timeout=READY_WITHIN
    )
    await _picture(page, folder, "join")
    await page.keyboard.press("Escape")
    return machine


async def _deploy(visitor: Visitor, folder: Path, downloads: Path) -> None:
    page = visitor.page
    await visitor.go("/connection")
    kubeconfig = await _download(page, page.get_by_role("region", name="Kubeconfig"), downloads / "config")
    await visitor.go("/pods")
    await asyncio.to_thread(
        kubectl, kubeconfig, "create", "deployment", "web", "--image=nginx:1.27", "--replicas=2"
    )
    await expect(page.get_by_text("Running", exact=True)).to_have_count(2, timeout=READY_WITHIN)
    await _picture(page, folder, "deploy")


async def _lose(visitor: Visitor, folder: Path, machine: subprocess.Popen[bytes]) -> None:
    page = visitor.page
    await visitor.go("/nodes")
    await page.get_by_role("link", name=re.compile("barn$")).click()
    machine.send_signal(signal.SIGINT)
    await expect(page.get_by_text("Offline", exact=True).first).to_be_visible(timeout=LOST_WITHIN)
    await visitor.settled()
    await _picture(page, folder, "lost")


async def _download(page: Page, place: Page | Locator, file: Path) -> Path:
    async with page.expect_download() as download:
        await place.get_by_role("button", name="Download").click()
    await (await download.value).save_as(file)
    return file


async def _picture(page: Page, folder: Path, name: str) -> None:
    await page.screenshot(path=folder / f"tutorial-{name}.png", animations="disabled")


def _program(*arguments: str) -> subprocess.Popen[bytes]:
    program = Path(sys.executable).with_name("yurt-console")
    return subprocess.Popen([program, *arguments], env=os.environ.copy(), stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())

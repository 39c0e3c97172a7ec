"""The mode ``--page``: all lists in a browser, then minutes of changes under an open tab."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bench.browser import bare_page, list_pages
from bench.browser.list_pages import ListTimes
from bench.browser.soak import SoakResult, soak
from bench.browser.soak import section as soak_section
from bench.cluster import filled
from bench.cluster.endpoint import Endpoint
from bench.cluster.filled import ADMIN_EMAIL, Cluster
from bench.cluster.processes import Console
from bench.cluster.scale import Scale
from bench.report.machine import machine
from bench.report.model import Report, report
from tests.e2e.browser import launched
from yurt_console.cli.demo.sample_accounts import Account
from yurt_console.tenancy.identity.principals import ADMIN


def run(folder: Path, size: Scale, *, minutes: float, repeats: int) -> Report:
    """Measure the web page. Raises RuntimeError when it reports an error."""
    before = machine()
    with (
        filled.start(folder, size) as cluster,
        Console(cluster.kubeconfig, folder / "console.log") as console,
    ):
        console.wait_ready()
        admin = Account(ADMIN_EMAIL, "", "", ADMIN, cluster.accounts.admin, "")
        endpoint = Endpoint(console.endpoint.url, admin.token)
        with bare_page.served(endpoint, bare_page.PODS, folder / "floor.log") as bare_url:
            try:
                lists, result = asyncio.run(
                    _measure(cluster, console, bare_url, admin, repeats=repeats, minutes=minutes)
                )
            except AssertionError as error:
                raise RuntimeError(f"the page had an error: {error}") from None
    return report(
        f"The page in a browser: {size.nodes:,} nodes, {size.pods:,} pods",
        before,
        list_pages.section(lists),
        soak_section(result, list_pages.bare_median(lists)),
    )


async def _measure(
    cluster: Cluster, console: Console, bare_url: str, admin: Account, *, repeats: int, minutes: float
) -> tuple[list[ListTimes], SoakResult]:
    async with launched() as browser:
        lists = await list_pages.measure(browser, console.endpoint, bare_url, admin, repeats)
        return lists, await soak(browser, cluster, console, admin, minutes)

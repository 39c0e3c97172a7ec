"""Nodes in the browser."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.window.accessible import assert_accessible
from tests.e2e.window.demo import Demo
from yurt_console.cli.demo.sample_accounts import Account


async def test_a_tenant_sees_its_nodes_and_no_others(visit: Visit, tenant: Account) -> None:
    visitor = await visit(tenant)
    await visitor.load("/nodes")
    page = visitor.page

    for name in ("shanghai-store-1", "shanghai-store-2", "shanghai-warehouse-1"):
        await expect(page.get_by_role("link", name=name)).to_be_visible()
    await expect(page.get_by_text("wind-gateway-1")).to_have_count(0)
    await assert_accessible(page)


async def test_an_administrator_sees_which_machines_are_offline(visit: Visit, demo: Demo) -> None:
    visitor = await visit(demo.admin)
    await visitor.load("/nodes?q=port-gate-1")
    row = visitor.page.get_by_role("row").filter(has_text="port-gate-1")

    await expect(row.get_by_text("Offline")).to_be_visible()

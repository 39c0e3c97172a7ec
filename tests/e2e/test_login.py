"""Coming in: by e-mail and token, back to where one wanted to go, and refusals in words."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.window.accessible import assert_accessible
from tests.e2e.window.doors import ENDED, log_in
from yurt_console.cli.demo.sample_accounts import Account


async def test_who_logs_in_comes_to_the_page_they_asked_for(visit: Visit, tenant: Account) -> None:
    visitor = await visit()
    page = visitor.page
    await visitor.load("/nodes?q=store")
    await expect(page).to_have_url(re.compile("/console/login"))
    await assert_accessible(page)

    await log_in(page, tenant.email, tenant.token)

    await expect(page).to_have_url(f"{visitor.address}/console/nodes?q=store")
    await visitor.settled()
    await expect(page.get_by_role("link", name="shanghai-store-1")).to_be_visible()


async def test_a_wrong_token_is_refused_in_words_and_stays_on_the_page(visit: Visit, tenant: Account) -> None:
    visitor = await visit()
    visitor.expect(ENDED)
    page = visitor.page
    await visitor.load("/login")

    await log_in(page, tenant.email, "wrong")

    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page).to_have_url(re.compile("/console/login"))

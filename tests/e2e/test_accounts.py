"""Accounts from their owners' side: registering, losing a session, a new token, the end."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.window.accessible import assert_accessible
from tests.e2e.window.demo import Demo
from tests.e2e.window.doors import ENDED, fill_in, log_in, register, token_on
from yurt_console.cli.demo.sample_accounts import Account

_FRAMES = """() => {
  window.widths = [];
  const frame = () => {
    const dialog = document.querySelector(".ant-modal");
    if (dialog) window.widths.push(dialog.getBoundingClientRect().width);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""
"""Notes how wide the dialog is in each frame."""


async def test_who_registers_saves_the_token_and_is_in(visit: Visit) -> None:
    visitor = await visit()
    page = visitor.page

    token = await register(visitor, "journey@example.com")
    await assert_accessible(page)
    enter = page.get_by_role("button", name="Open the console")
    await expect(enter).to_be_disabled()
    await visitor.sees("Everything is ready.")
    await page.get_by_label("I have saved it").check()
    await enter.click()

    await expect(page).to_have_url(re.compile("/console/overview"))
    kept = await page.evaluate("JSON.stringify([localStorage, sessionStorage, history.state, location.href])")
    assert token not in kept


async def test_the_same_mail_again_is_refused_in_words_with_the_form_as_it_was(
    visit: Visit, tenant: Account
) -> None:
    visitor = await visit()
    visitor.expect("status of 409")
    page = visitor.page
    await visitor.load("/register")
    await fill_in(page, tenant.email)

    await expect(page.get_by_role("alert")).to_contain_text("An account with this e-mail exists")
    await expect(page.get_by_label("Organization")).to_have_value("OpenYurt users")


@pytest.mark.timeout(120)
async def test_the_end_of_a_session_leads_to_the_login_and_back_to_the_same_page(
    visit: Visit, tenant: Account
) -> None:
    visitor = await visit(tenant)
    visitor.expect(ENDED)
    page = visitor.page
    await visitor.load("/nodes?q=store&sort=-name")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    reply = await visitor.context.request.delete(
        f"{visitor.address}/session?everywhere=true", headers={"Origin": visitor.address}
    )
    assert reply.status == 204
    # Nobody touches the page: it hears of it, by the end of its stream at the latest.
    await expect(page.get_by_text("Your session has ended")).to_be_visible(timeout=40_000)
    await log_in(page, tenant.email, tenant.token)

    await expect(page).to_have_url(f"{visitor.address}/console/nodes?q=store&sort=-name")
    await expect(page.get_by_role("link", name="shanghai-store-1")).to_be_visible()


async def test_logging_out_in_one_tab_logs_out_the_others(visit: Visit, tenant: Account) -> None:
    visitor = await visit(tenant)
    visitor.expect(ENDED)
    await visitor.load("/nodes")
    other = await visitor.context.new_page()
    await other.goto(f"{visitor.address}/console/account")
    await expect(other.get_by_role("heading", name="Account", exact=True)).to_be_visible()

    await visitor.page.bring_to_front()
    await visitor.page.get_by_role("button", name="Account menu").click()
    await visitor.page.get_by_role("menuitem", name="Log out").click()

    await expect(visitor.page).to_have_url(re.compile("/console/login"))
    await expect(other).to_have_url(re.compile("/console/login"))
    await other.close()


@pytest.mark.timeout(120)
async def test_a_new_token_works_and_the_old_does_not_and_then_the_account_goes(
    visit: Visit, demo: Demo
) -> None:
    account = demo.register("leaving@example.com")
    visitor = await visit(account)
    visitor.expect(ENDED)
    page = visitor.page
    await visitor.load("/account")

    await page.get_by_role("button", name="New token").click()
    await page.get_by_role("button", name="Make a new token").click()
    token = await token_on(page)
    await page.get_by_label("I have saved it").check()
    await page.get_by_role("button", name="Done").click()
    await page.reload()
    await expect(page.get_by_role("heading", name="Account", exact=True)).to_be_visible()

    await page.get_by_role("button", name="Log out everywhere").click()
    await page.get_by_role("dialog").get_by_role("button", name="Log out everywhere").click()
    await visitor.sees("You are logged out everywhere.")
    await log_in(page, account.email, account.token)
    await visitor.sees("The e-mail or the token is wrong")
    await log_in(page, account.email, token)
    await expect(page).to_have_url(re.compile("/console/overview"))

    await visitor.go("/account")
    await page.get_by_role("button", name="Remove my account").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(re.compile("to confirm")).fill(account.email)
    await dialog.get_by_role("button", name="Remove for good").click()
    await visitor.sees("Your account is being removed")
    await log_in(page, account.email, token)
    await visitor.sees("The e-mail or the token is wrong")


async def test_a_dialog_is_in_its_place_at_once_without_motion(visit: Visit, tenant: Account) -> None:
    visitor = await visit(tenant)
    page = visitor.page
    await visitor.load("/account")

    await page.evaluate(_FRAMES)
    await page.get_by_role("button", name="Log out everywhere").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.wait_for_function("() => window.widths.length > 20")

    widths = await page.evaluate("() => window.widths")
    assert len(set(widths)) == 1, widths


async def test_an_expired_account_logs_in_to_be_told_what_it_means(visit: Visit, expired: Account) -> None:
    visitor = await visit()
    await visitor.load("/login")
    await log_in(visitor.page, expired.email, expired.token)

    await expect(visitor.page.get_by_role("heading", name="This account has expired")).to_be_visible()
    await visitor.sees("It ended on")
    await assert_accessible(visitor.page)


async def test_an_administrator_finds_an_account_and_what_it_has(
    visit: Visit, demo: Demo, tenant: Account
) -> None:
    visitor = await visit(demo.admin)
    await visitor.load("/users")
    await visitor.page.get_by_role("textbox", name="Search").fill(tenant.organization[:8])
    await visitor.page.get_by_role("link", name=tenant.email).click()

    await expect(visitor.page.get_by_role("heading", name=tenant.email)).to_be_visible()
    await expect(visitor.page.get_by_role("link", name="shanghai-store-1")).to_be_visible()

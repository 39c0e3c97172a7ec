"""Administering accounts in the page: what the administrator sees, and what the account can do then.

Registration waits for approval here, at a second console of the demo's cluster; everything else is the demo.
"""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.cli.processes import WITHIN, Running
from tests.e2e.conftest import Visit
from tests.e2e.window.accessible import assert_accessible
from tests.e2e.window.demo import Demo
from tests.e2e.window.doors import ENDED, log_in, register, token_on
from tests.e2e.window.visitor import Visitor
from tests.planes.plane import free_ports
from tests.planes.waiting import until
from yurt_console.cli.demo.sample_accounts import Account
from yurt_console.settings import Settings

REFUSED = "status of 403"
DAYS = "Days from now on"


@dataclass
class Desk:
    """An administrator before an account's page, and the account's owner elsewhere."""

    admin: Visitor
    owner: Visitor
    account: Account

    async def opens(self) -> None:
        """The administrator finds the account in the list and opens it."""
        await self.admin.load("/users")
        page = self.admin.page
        await page.get_by_role("textbox", name="Search").fill(self.account.email)
        await page.get_by_role("link", name=self.account.email).click()
        await expect(page.get_by_role("heading", name=self.account.email)).to_be_visible()

    async def press(self, name: str) -> None:
        """A button on the account's page."""
        await self.admin.page.locator("main").get_by_role("button", name=name, exact=True).click()

    async def answers(self, action: str, field: str, text: str) -> str:
        """An action that asks for something, and gets it; what the dialog said then."""
        await self.press(action)
        await self.dialog.get_by_role("textbox", name=field).fill(text)
        await assert_accessible(self.admin.page)
        said = await self.dialog.inner_text()
        await self.dialog.get_by_role("button", name=action, exact=True).click()
        await expect(self.dialog).to_have_count(0)
        return said

    @property
    def dialog(self) -> Locator:
        """What is asked at the moment."""
        return self.admin.page.get_by_role("dialog")

    async def sees(self, name: str, value: str) -> None:
        """A line of the account's page, as the administrator sees it."""
        await _sees(self.admin, name, value)

    async def is_in_state(self, status: str, words: str) -> None:
        """What the administrator sees beside the account's name."""
        tag = self.admin.page.locator("main span[data-status]").first
        await expect(tag).to_have_attribute("data-status", status)
        await expect(tag).to_have_text(words)

    async def cannot_log_in(self, token: str) -> None:
        """The owner is refused, in words."""
        await log_in(self.owner.page, self.account.email, token)
        await self.owner.sees("The e-mail or the token is wrong")


async def _sees(visitor: Visitor, name: str, value: str) -> None:
    line = visitor.page.locator("dl > div").filter(has=visitor.page.get_by_text(name, exact=True))
    await expect(line.locator("dd")).to_have_text(re.compile(f"^{value}"))


Open = Callable[[str], Awaitable[Desk]]


@pytest_asyncio.fixture(loop_scope="session")
async def desk(visit: Visit, demo: Demo) -> Open:
    """Opens a desk for a new account; its owner is logged in."""

    async def opened(email: str) -> Desk:
        account = demo.register(email)
        owner, admin = await visit(account), await visit(demo.admin)
        owner.expect(f"{ENDED}|{REFUSED}")
        await owner.load("/account")
        desk = Desk(admin, owner, account)
        await desk.opens()
        return desk

    return opened


@pytest.fixture
def by_approval(demo: Demo, tmp_path: Path) -> Iterator[str]:
    """The address of a console where registration waits for approval.

    Ask for it before `visit`, which is then over before it: a page that loses its console complains.
    """
    port = free_ports(1)
    credentials = ("--kubeconfig", str(demo.folder / "console.kubeconfig"))
    console = Running("serve", *credentials, "--port", str(port), "--registration", "approval", cwd=tmp_path)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _is_ready(address), WITHIN, "the console is ready")
        yield address
    finally:
        console.kill()


def _is_ready(address: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"{address}/readyz", timeout=WITHIN) as reply:
        return bool(reply.status == 200)
    return False


async def test_who_registers_waits_until_an_administrator_approves(
    by_approval: str, visit: Visit, demo: Demo
) -> None:
    owner, admin = await visit(address=by_approval), await visit(demo.admin)
    owner.expect(REFUSED)
    email = "waiting@example.com"
    token = await register(owner, email)
    await owner.sees("Your account waits for approval")
    await owner.page.get_by_label("I have saved it").check()
    await owner.page.get_by_role("button", name="Open the console").click()
    await owner.sees("This account waits for approval")

    await admin.load("/users?status=pending-approval")
    await admin.page.get_by_role("link", name=email).click()
    desk = Desk(admin, owner, Account(email, "", "", "", token, ""))
    await desk.is_in_state("pending-approval", "Waiting for approval")
    await desk.sees("Next", "You or another administrator approve it")
    await desk.press("Approve")
    done = admin.page.get_by_role("log", name="Notifications").get_by_text("The account is approved")
    await done.hover()  # it stays while it is pointed at
    for theme in ("light", "dark"):
        await admin.scheme(theme)
        await assert_accessible(admin.page)
    await expect(done).to_be_visible()
    await desk.is_in_state("ready", "Ready")
    await expect(admin.page.get_by_role("button", name="Approve")).to_have_count(0)

    await owner.page.get_by_role("button", name="Look again").click()
    await expect(owner.page.get_by_role("heading", name="Overview")).to_be_visible()


async def test_days_and_nodes_are_changed_and_changed_back(desk: Open) -> None:
    open_desk = await desk("terms@example.com")
    for days, nodes in (("30", "5"), ("7", "3")):
        promised = re.search("ends on (.*?):? always", await open_desk.answers("Renew", DAYS, days))
        assert promised
        await open_desk.answers("Change the limits", "Nodes", nodes)
        await open_desk.sees("Nodes allowed", nodes)
        for visitor in (open_desk.admin, open_desk.owner):  # nobody touches the owner's page
            await _sees(visitor, "Ends", re.escape(promised[1]))
        await open_desk.owner.sees(f"0 of {nodes}")

    for action, field, wrong in (("Renew", DAYS, "0"), ("Change the limits", "Nodes", "1001")):
        await open_desk.press(action)
        await open_desk.dialog.get_by_role("textbox", name=field).fill(wrong)
        await expect(open_desk.dialog.get_by_role("button", name=action, exact=True)).to_be_disabled()
        await open_desk.dialog.get_by_role("button", name="Cancel").click()


async def test_what_pods_may_ask_for_is_bounded_and_shows_to_its_owner(desk: Open) -> None:
    open_desk = await desk("bounds@example.com")
    for field, bound, shown in (
        ("CPU requested", "2", "2"),
        ("Memory requested", "4Gi", "4 GiB"),
        ("Pods", "20", "20"),
    ):
        await open_desk.answers("Change the limits", field, bound)
        for visitor in (open_desk.admin, open_desk.owner):  # nobody touches the owner's page
            meter = visitor.page.get_by_role("img", name=re.compile(f"^{field}: .+ of {shown}$"))
            await expect(meter).to_be_visible()


async def test_who_is_suspended_is_told_why_until_the_account_is_resumed(desk: Open) -> None:
    open_desk = await desk("suspended@example.com")
    page = open_desk.owner.page
    await open_desk.answers("Suspend", "Reason", "The invoice of May is open")
    await open_desk.is_in_state("suspended", "Suspended")
    await open_desk.sees("Reason", "The invoice of May is open")
    await open_desk.sees("Next", "Everything it has is deleted")

    await expect(page.get_by_role("heading", name="This account is suspended")).to_be_visible()
    await open_desk.owner.sees("The invoice of May is open")
    await page.get_by_role("button", name="Log out").click()
    await log_in(page, open_desk.account.email, open_desk.account.token)
    await expect(page.get_by_role("heading", name="This account is suspended")).to_be_visible()

    await open_desk.press("Resume")
    await open_desk.is_in_state("ready", "Ready")
    await page.get_by_role("button", name="Look again").click()
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()


async def test_a_token_is_reset_and_only_the_new_one_logs_in(desk: Open) -> None:
    open_desk = await desk("lost@example.com")
    await open_desk.press("Reset the token")
    dialog = open_desk.dialog
    await dialog.get_by_role("button", name="Reset the token").click()
    token = await token_on(open_desk.admin.page)
    await assert_accessible(open_desk.admin.page)
    done = dialog.get_by_role("button", name="Done")
    await expect(done).to_be_disabled()
    await dialog.get_by_label("I have saved it").check()
    await done.click()
    await expect(dialog).to_have_count(0)
    await expect(open_desk.admin.page.get_by_text(token)).to_have_count(0)

    await open_desk.owner.load("/account")
    await expect(open_desk.owner.page).to_have_url(re.compile("/console/login"))
    await open_desk.cannot_log_in(open_desk.account.token)
    await log_in(open_desk.owner.page, open_desk.account.email, token)
    await expect(open_desk.owner.page.get_by_role("heading", name="Account", exact=True)).to_be_visible()


async def test_who_has_expired_is_renewed_and_in_again(desk: Open, demo: Demo) -> None:
    open_desk = await desk("expiring@example.com")
    demo.let_begin(open_desk.account, days_ago=Settings().account.valid_period + 0.1)
    await open_desk.is_in_state("grace", "Expired, kept for now")
    await open_desk.sees("Next", "Everything it has is deleted")
    await open_desk.owner.load("/account")
    await open_desk.owner.sees("This account has expired")

    await open_desk.answers("Renew", DAYS, "7")
    await open_desk.is_in_state("ready", "Ready")
    await open_desk.owner.page.get_by_role("button", name="Look again").click()
    await _sees(open_desk.owner, "Time left", "[67] days")


async def test_an_account_is_deleted_only_by_its_name_and_then_nobody_gets_in(desk: Open) -> None:
    open_desk = await desk("deleted@example.com")
    page, dialog = open_desk.admin.page, open_desk.dialog
    await open_desk.press("Delete")
    confirm = dialog.get_by_role("button", name="Delete for good")
    field = dialog.get_by_label(f"Type {open_desk.account.name}")
    await expect(confirm).to_be_disabled()
    for wrong in (open_desk.account.email, open_desk.account.name[:-1]):
        await field.fill(wrong)
        await expect(confirm).to_be_disabled()
        await page.keyboard.press("Enter")
        await expect(dialog).to_be_visible()
    await assert_accessible(page)
    await field.fill(open_desk.account.name)
    await confirm.click()

    await expect(page).to_have_url(re.compile("/console/users"))
    await expect(page.get_by_role("link", name=open_desk.account.email)).to_have_count(0)
    await open_desk.owner.load("/login")
    await open_desk.cannot_log_in(open_desk.account.token)


async def test_administrators_accounts_are_left_to_the_command_line(visit: Visit, demo: Demo) -> None:
    admin = await visit(demo.admin)
    await admin.load(f"/users/{demo.admin.name}")

    await admin.sees("Administrators' accounts are administered with yurt-console users.")
    await expect(admin.page.locator("main").get_by_role("button", name="Delete")).to_have_count(0)

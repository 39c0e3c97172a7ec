"""The help on shortcuts, which the page's unit tests cannot see."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.window.accessible import findings
from tests.e2e.window.visitor import PHONE, Language
from yurt_console.cli.demo.sample_accounts import Account


@pytest.mark.parametrize(
    ("language", "name", "palette"),
    [("en", "Keyboard shortcuts", "Search and go"), ("zh", "键盘快捷键", "搜索与跳转")],
)
async def test_help_opens_by_a_question_mark_and_from_the_palette_and_gives_the_focus_back(
    visit: Visit, tenant: Account, language: Language, name: str, palette: str
) -> None:
    visitor = await visit(tenant, language=language)
    page = visitor.page
    await visitor.load("/pods")
    link = page.locator("main tbody a").first
    await link.focus()

    await page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name=name)
    await expect(help_).to_be_visible()
    for theme in ("light", "dark"):
        await visitor.scheme(theme)
        assert not await findings(page)
    await page.keyboard.press("Escape")
    await expect(help_).to_be_hidden()
    await expect(link).to_be_focused()

    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name=palette).fill(name)
    await page.keyboard.press("Enter")
    await expect(help_).to_be_visible()
    await visitor.size(PHONE)
    await visitor.fits()

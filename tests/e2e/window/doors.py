"""The registration form and the login form."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e.window.visitor import Visitor

ENDED = "status of 401"
"""Console message of the browser for an ended session or a refused login."""


async def fill_in(page: Page, email: str) -> None:
    """Fill in and submit the registration form."""
    for label, text in (("E-mail", email), ("Phone", "13800138000"), ("Organization", "OpenYurt users")):
        await page.get_by_label(label).fill(text)
    await page.get_by_role("button", name="Register").click()


async def register(visitor: Visitor, email: str) -> str:
    """Register; returns the token, which only this page shows."""
    await visitor.load("/register")
    await fill_in(visitor.page, email)
    await expect(visitor.page.get_by_role("heading", name="Your account is made")).to_be_visible()
    return await token_on(visitor.page)


async def token_on(page: Page) -> str:
    """The token on the page."""
    return (await page.get_by_label("Token", exact=True).locator("pre").inner_text()).strip()


async def log_in(page: Page, email: str, token: str) -> None:
    """Fill in and submit the login form."""
    await page.get_by_role("textbox", name="E-mail").fill(email)
    await page.get_by_role("textbox", name="Token").fill(token)
    await page.get_by_role("button", name="Log in").click()

"""One demo and one browser for all end-to-end tests; each test has its own browser profile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, expect

from tests.e2e.browser import MISSING, available, launched
from tests.e2e.window.demo import Demo, demonstrated
from tests.e2e.window.visitor import Visitor, visiting
from yurt_console.cli.demo.sample_accounts import Account
from yurt_console.settings import Settings

HERE = Path(__file__).parent
expect.set_options(timeout=15_000)  # equal to the other timeouts, for a busy machine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run all tests on one event loop: a browser is bound to the loop that started it."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report when the tests did not run for lack of a browser."""
    if not available():
        terminalreporter.write_line(MISSING)


class Findings:
    """Problems by page, collected so that one run reports all."""

    def __init__(self) -> None:
        self.found: list[str] = []

    @contextmanager
    def on(self, where: str) -> Iterator[None]:
        """Record a failing assertion and continue."""
        try:
            yield
        except (AssertionError, Error) as error:
            self.found.append(f"{where}: {str(error)[:1500]}")

    def say(self, where: str, found: list[str]) -> None:
        """Record problems."""
        self.found += [f"{where}: {each}" for each in found]


class Visit(Protocol):
    """Opens a window; the options are those of `visiting`."""

    async def __call__(self, account: Account | None = None, **options: Any) -> Visitor:
        """Open a window for an account, or without a login."""


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The product with three sample tenants; tests restore what they change."""
    with demonstrated(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The browser."""
    if not available():
        pytest.skip(MISSING)
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, demo: Demo) -> AsyncIterator[Visit]:
    """Opens windows on a console; at the end of the test each is checked for errors."""
    async with AsyncExitStack() as stack:

        async def open_one(
            account: Account | None = None, *, address: str = demo.address, **options: Any
        ) -> Visitor:
            window: AbstractAsyncContextManager[Visitor] = visiting(browser, address, account, **options)
            return await stack.enter_async_context(window)

        yield open_one


@pytest.fixture
def wrong() -> Iterator[Findings]:
    """Findings of tests that visit many pages; fails at the end with all of them."""
    findings = Findings()
    yield findings
    assert not findings.found, "\n".join(findings.found)


@pytest.fixture
def tenant(demo: Demo) -> Account:
    """A sample tenant with nodes and applications of every kind, most of them healthy."""
    return demo.tenant


@pytest.fixture(scope="session")
def stranger(demo: Demo) -> Account:
    """A tenant that has just registered and has no objects."""
    return demo.register("new@example.com")


@pytest.fixture(scope="session")
def expired(demo: Demo) -> Account:
    """An expired tenant in its grace period."""
    account = demo.register("late@example.com")
    demo.let_begin(account, days_ago=Settings().account.valid_period + 0.1)
    return account

"""Accessibility of a page, checked by axe-core."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page

_SOURCE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE = ("serious", "critical")
_RUN = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  // Colours on their way from one theme to the other are nobody's.
  const passing = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < 5000);
  await Promise.allSettled(passing.map(({ finished }) => finished));
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, where: nodes.map((node) =>
    node.target.join(" ") + ": " + (node.any[0] ?? node.all[0] ?? node.none[0])?.message) }));
}"""


@cache
def _source() -> str:
    return _SOURCE.read_text("utf-8")


async def findings(page: Page) -> list[str]:
    """Serious and critical violations as text.

    Injected by evaluation: a script element would violate the page's CSP.
    """
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(_source())
    found: list[dict[str, Any]] = await page.evaluate(_RUN)
    return [
        f"{each['id']} ({each['impact']}): {each['help']}: {'; '.join(each['where'][:5])}"
        for each in found
        if each["impact"] in _GRAVE
    ]


async def assert_accessible(page: Page) -> None:
    """Fail with the violations."""
    found = await findings(page)
    assert not found, (page.url, found)

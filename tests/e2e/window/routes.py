"""Addresses of all pages: the router's patterns, filled in with existing objects."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from tests.e2e.window.pages import PAGES, Page
from tests.e2e.window.visitor import Visitor

_LISTS = {"events": "/clusterEvents", "nodes": "/nodes?sort=name"}
"""Path of the list of a feature, if it is not ``/FEATURE``."""


@dataclass(frozen=True)
class Route:
    """A page: its pattern, such as ``/pods/$namespace/$name``, and a matching address."""

    pattern: str
    path: str

    @property
    def page(self) -> Page:
        """Its expected texts."""
        return PAGES[self.pattern]


async def patterns(visitor: Visitor) -> set[str]:
    """All patterns of the router except the home page, which redirects."""
    found: list[str] = await visitor.page.evaluate("Object.keys(window.__TSR_ROUTER__.routesByPath)")
    return {each.rstrip("/") for each in found} - {""}


async def routes(visitor: Visitor) -> list[Route]:
    """All pages; those of objects with the first visible object."""
    return [Route(pattern, await _filled(visitor, pattern)) for pattern in PAGES]


def filled(pattern: str, namespace: str, name: str) -> str:
    """The address of an object's page; other patterns are addresses already."""
    path = pattern
    for key, value in (("$namespace", namespace), ("$name", name)):
        path = path.replace(key, quote(value, safe=""))
    return path


async def _filled(visitor: Visitor, pattern: str) -> str:
    if "$" not in pattern:
        return pattern
    noun = pattern.split("/")[1]
    answer = await visitor.context.request.get(visitor.address + _LISTS.get(noun, f"/{noun}"))
    if answer.status == 403:
        return filled(pattern, "", "somebody")
    assert answer.ok, (pattern, answer.status)
    body = await answer.json()
    rows = body.get("allNodes") or body.get("items")
    assert rows, f"there is nothing to fill {pattern} in with"
    return filled(pattern, rows[0].get("namespace", ""), rows[0]["name"])

"""Every address the page has, asked of its own router: a new page is looked at without being listed here."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from tests.e2e.visitor import Visitor

ADMINS_ONLY = frozenset({"/users", "/users/$name"})
ADMINS_OWN = frozenset({"/overview", "/nodes", "/connection", "/account"})
"""What looks different to an administrator."""
PUBLIC = frozenset({"/login", "/register"})
_LISTS = {"events": "/clusterEvents", "nodes": "/nodes?sort=name"}
"""Where the console lists what a noun's pages show, if not at ``/NOUN``."""


@dataclass(frozen=True)
class Route:
    """A page: its pattern, such as ``/pods/$namespace/$name``, and an address that fits."""

    pattern: str
    path: str

    @property
    def is_public(self) -> bool:
        """Whether strangers see it."""
        return self.pattern in PUBLIC

    @property
    def is_of_an_object(self) -> bool:
        """Whether it shows one object."""
        return "$" in self.pattern


async def patterns(visitor: Visitor) -> list[str]:
    """Of all pages, without the home page, which only leads to another."""
    found: list[str] = await visitor.page.evaluate("Object.keys(window.__TSR_ROUTER__.routesByPath)")
    return sorted({each.rstrip("/") for each in found} - {""})


async def routes(visitor: Visitor) -> list[Route]:
    """All pages, those of objects with the first object that the visitor may see.

    Fails for a pattern that nothing is known to fill in.
    """
    return [Route(pattern, await _filled(visitor, pattern)) for pattern in await patterns(visitor)]


async def _filled(visitor: Visitor, pattern: str) -> str:
    if "$" not in pattern:
        return pattern
    noun = pattern.split("/")[1]
    answer = await visitor.context.request.get(visitor.address + _LISTS.get(noun, f"/{noun}"))
    if answer.status == 403:
        return pattern.replace("$name", "somebody")
    assert answer.ok, (pattern, answer.status)
    body = await answer.json()
    rows = body.get("allNodes") or body.get("items")
    assert rows, f"there is nothing to fill {pattern} in with"
    path = pattern
    for value in ("namespace", "name"):
        path = path.replace(f"${value}", quote(str(rows[0].get(value, "")), safe=""))
    assert "$" not in path, f"nobody knows what fits {pattern}"
    return path

"""Routing: from a request's method and path to its `Route`.

Paths without a parameter are found in a dict, the others by pattern, in the table's order. A trailing
slash and repeated slashes do not count. A parameter is one segment, ``{path:path}`` the rest, "" included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from apimachinery.errors import NotFoundError
from yurt_console.api.http import errors
from yurt_console.api.http.routing.route import Route

_PARAMETER: Final = re.compile(r"\{(\w+)(:path)?\}")
_SLASHES: Final = re.compile("//+")


class Match(NamedTuple):
    """The routes of one path by method, and the values of its parameters."""

    routes: Mapping[str, Route]
    parameters: Mapping[str, str]


class Router:
    """The route table, prepared for look-ups."""

    def __init__(self, routes: Iterable[Route]) -> None:
        paths: dict[str, dict[str, Route]] = {}
        for route in routes:
            paths.setdefault(route.path, {})[route.method] = route
        self._static: dict[str, Match] = {
            path: Match(found, {}) for path, found in paths.items() if "{" not in path
        }
        self._patterns: list[tuple[re.Pattern[str], Mapping[str, Route]]] = [
            (pattern(path), found) for path, found in paths.items() if "{" in path
        ]

    def routes(self) -> list[Route]:
        """Every route that can be found."""
        found = [
            *(match.routes for match in self._static.values()),
            *(routes for _, routes in self._patterns),
        ]
        return [route for routes in found for route in routes.values()]

    def match(self, path: str) -> Match:
        """The routes of ``path`` (decoded). Raises `NotFoundError`."""
        found = self._static.get(path)
        if found is not None:
            return found
        path = _SLASHES.sub("/", path)
        path = path.rstrip("/") or "/"
        found = self._static.get(path)
        if found is not None:
            return found
        for expression, routes in self._patterns:
            matched = expression.fullmatch(path)
            if matched is not None:
                return Match(routes, matched.groupdict())
        raise NotFoundError.of("the console has no such address")

    def takes_websockets(self, path: str) -> bool:
        """Whether WebSocket handshakes of ``path`` (decoded) have a route."""
        try:
            route = self.match(path).routes.get("GET")
        except NotFoundError:
            return False
        return route is not None and route.is_websocket

    def find(self, method: str, path: str) -> tuple[Route, Mapping[str, str]]:
        """The route of ``method`` and ``path``, and its path parameters.

        Raises `NotFoundError`, and `errors.MethodNotAllowed` with the methods that the path has.
        """
        routes, parameters = self.match(path)
        route = routes.get(method)
        if route is None:
            raise errors.MethodNotAllowed(allowed(routes))
        return route, parameters


def allowed(methods: Iterable[str]) -> str:
    """The ``Allow`` header of a path with routes for ``methods``: HEAD goes with GET, OPTIONS with all."""
    known = {*methods, "OPTIONS"}
    return ", ".join(sorted(known | {"HEAD"} if "GET" in known else known))


def pattern(path: str) -> re.Pattern[str]:
    """The expression that a route's path with parameters stands for."""

    def group(match: re.Match[str]) -> str:
        return f"(?P<{match[1]}>{'.*' if match[2] else '[^/]+'})"

    parts = re.split(r"(\{[^}]*\})", path)
    text = "".join(_PARAMETER.sub(group, part) if part.startswith("{") else re.escape(part) for part in parts)
    return re.compile(text, re.DOTALL)

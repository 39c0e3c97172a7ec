"""What every request passes before and after the addresses: limits, proxies, headers, the request log.

The log holds method, path, status, milliseconds and the account's name; never a query string, which may
carry a token, and never a header.
"""

from __future__ import annotations

import ipaddress
import logging
import time
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yurt_console.api.http import errors, guard
from yurt_console.api.http.route import Route
from yurt_console.api.http.upstream import Upstream
from yurt_console.settings import SettingError

log = logging.getLogger("yurt_console.requests")

ADDRESS_LIMIT: Final = 8192
"""Bytes of path and query string."""
_CLIENT_CLOSED: Final = 499
"""Logged for a request whose client went away before its body ended; nothing is sent."""
_LOGGED_PATH: Final = 200
_QUIET: Final = frozenset({"/healthz", "/readyz"})
ROUTE: Final = "route"
"""Key of the scope's state: the `Route` that was found."""
_SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def trusted_networks(text: str) -> tuple[Network, ...]:
    """The networks in the setting ``trusted_proxies``; raises `SettingError`."""
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise SettingError("trusted_proxies must be CIDRs such as 10.0.0.0/8, comma separated") from None


class Middleware:
    """The ASGI application that the server runs, around the router's."""

    def __init__(self, app: ASGIApp, trusted_proxies: str) -> None:
        self._app = app
        self._trusted = trusted_networks(trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; there are no WebSockets here, and the server sends no lifespan."""
        if scope["type"] == "http":
            await self._serve(self._cleaned(scope), receive, send, method=scope["method"])
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": ""})

    async def _serve(self, scope: Scope, receive: Receive, send: Send, *, method: str) -> None:
        began = time.perf_counter()
        status = 0

        async def secured(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                said = {name for name, _ in message["headers"]}
                more = [header for header in _SECURITY_HEADERS if header[0] not in said]
                message["headers"] = [*message["headers"], *more]
                await send(message)
                if method == "HEAD":  # complete at once: a stream's body would never end
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
            elif method != "HEAD":
                await send(message)

        raw_path: bytes = scope["raw_path"]
        try:
            query = scope["query_string"]
            if len(raw_path) + len(query) > ADDRESS_LIMIT:
                raise errors.too_long(ADDRESS_LIMIT, "query" if len(query) >= len(raw_path) else "path")
            await self._app(scope, receive, secured)
        except ClientDisconnect:
            status = _CLIENT_CLOSED
        except Exception as error:
            if status:
                raise
            await errors.response(error, _upstream(scope))(scope, receive, secured)
        finally:
            level = logging.DEBUG if scope["path"] in _QUIET else logging.INFO
            path = raw_path[:_LOGGED_PATH].decode("ascii", "replace")
            took = (time.perf_counter() - began) * 1000
            account = scope["state"].get(guard.ACCOUNT, "-")
            log.log(level, "%s %s %d %.1f ms %s", method, path, status, took, account)

    def _cleaned(self, scope: Scope) -> Scope:
        """The scope without headers that claim to be somebody, and with the real client's address."""
        address = (scope.get("client") or ("", 0))[0]
        scheme = scope["scheme"]
        trusted = self._trusts(address)
        headers = []
        forwarded: list[str] = []
        for name, value in scope["headers"]:
            if name.startswith((b"impersonate-", b"x-remote-")):
                continue
            if name.startswith(b"x-forwarded-"):
                text = value.decode("latin-1")
                if trusted and name == b"x-forwarded-for":
                    forwarded += [part.strip() for part in text.split(",")]
                elif (
                    trusted
                    and name == b"x-forwarded-proto"
                    and (said := text.split(",")[-1].strip())
                    in (
                        "http",
                        "https",
                    )
                ):
                    scheme = said
                continue
            headers.append((name, value))
        while forwarded and self._trusts(address):
            address = forwarded.pop()
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        cleaned = {
            "headers": headers,
            "client": (address, 0),
            "scheme": scheme,
            "method": method,
            "state": {},
        }
        return {**scope, **cleaned}

    def _trusts(self, address: str) -> bool:
        if not self._trusted:
            return False
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)


def _upstream(scope: Scope) -> Upstream:
    route: Route | None = scope["state"].get(ROUTE)
    return Upstream.CONSOLE if route is None else route.upstream

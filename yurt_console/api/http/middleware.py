"""Around every request: limits, trusted proxies, security headers, metrics and the request log.

The log holds method, path, status, milliseconds and the account's name; never a query string, which may
carry a token, and never a header.
"""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yurt_console.api.http import errors, guard
from yurt_console.api.http.request_stats import UNMATCHED, RequestStats
from yurt_console.api.http.responses import Response, secured
from yurt_console.api.http.routing.route import Route
from yurt_console.api.http.routing.upstream import Upstream
from yurt_console.api.http.websockets import FAILED, WEBSOCKET, BrowserSocket
from yurt_console.settings import SettingError

log = logging.getLogger("yurt_console.requests")

ADDRESS_LIMIT: Final = 8192
"""Bytes of path and query string."""
_CLIENT_CLOSED: Final = 499
"""Logged when the client went away before the body of its request ended; nothing is sent."""
_LOGGED_PATH: Final = 200
_QUIET: Final = frozenset({"/healthz", "/readyz"})
ROUTE: Final = "route"
"""Key of the scope's state: the `Route` that was found."""
_SWITCHING: Final = 101
_HTTP_SCHEMES: Final = {"ws": "http", "wss": "https"}
_STRIPPED: Final = (b"impersonate-", b"x-remote-", b"x-forwarded-")

Dispatch: TypeAlias = Callable[[Scope, Receive], Awaitable[ASGIApp]]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def trusted_networks(text: str) -> tuple[Network, ...]:
    """The networks in the setting ``trusted_proxies``; raises `SettingError`."""
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise SettingError("trusted_proxies must be CIDRs such as 10.0.0.0/8, comma separated") from None


class Middleware:
    """The ASGI application that the server runs, around a dispatcher that makes responses."""

    def __init__(
        self,
        dispatch: Dispatch,
        trusted_proxies: str,
        stats: RequestStats | None = None,
        *,
        takes_websockets: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._dispatch = dispatch
        self.takes_websockets = takes_websockets
        """Whether a path (decoded) has a WebSocket route; `Protocol` asks before it upgrades."""
        self._trusted = trusted_networks(trusted_proxies)
        self._stats = stats or RequestStats()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or handshake; the server sends no lifespan."""
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            await self._serve_websocket(scope, receive, send)

    async def _serve(self, original: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        scope = self._cleaned(original)
        method: str = original["method"]
        status = 0
        try:
            response = await self._response(scope, receive)
            if isinstance(response, Response):
                status = response.status
                await send({"type": "http.response.start", "status": status, "headers": response.headers})
                await send({"type": "http.response.body", "body": b"" if method == "HEAD" else response.body})
            else:
                sender = _Sender(send, method)
                try:
                    await response(scope, receive, sender)
                except Exception as error:
                    if sender.status:
                        raise
                    await errors.response(error, _upstream(scope))(scope, receive, sender)
                finally:
                    status = sender.status
        except ClientDisconnect:
            status = _CLIENT_CLOSED
        finally:
            self._finished(scope, method, status, time.perf_counter() - began)

    async def _serve_websocket(self, original: Scope, receive: Receive, send: Send) -> None:
        """Serve a handshake as the GET that it is, and what follows it; a refusal is an HTTP response."""
        began = time.perf_counter()
        scheme = _HTTP_SCHEMES[original["scheme"]]
        scope = self._cleaned({**original, "type": "http", "method": "GET", "scheme": scheme})
        socket = BrowserSocket(receive, send, original["subprotocols"])
        scope["state"][WEBSOCKET] = socket
        status = _SWITCHING
        try:
            response = await self._response(scope, receive)
            if not isinstance(response, Response):
                try:
                    await response(scope, receive, send)
                except OSError:  # the browser is gone
                    status = _CLIENT_CLOSED
                except Exception as error:
                    response = errors.response(error, _upstream(scope))
            if isinstance(response, Response):
                if socket.accepted:
                    await socket.close(FAILED, "the console failed; its log tells why")
                else:
                    status = response.status
                    await socket.refuse(response)
        finally:
            self._finished(scope, "GET", status, time.perf_counter() - began)

    async def _response(self, scope: Scope, receive: Receive) -> ASGIApp:
        try:
            path, query = len(scope["raw_path"]), len(scope["query_string"])
            if path + query > ADDRESS_LIMIT:
                raise errors.too_long(ADDRESS_LIMIT, "query" if query >= path else "path")
            return await self._dispatch(scope, receive)
        except ClientDisconnect:
            raise
        except Exception as error:
            return errors.response(error, _upstream(scope))

    def _finished(self, scope: Scope, method: str, status: int, seconds: float) -> None:
        state = scope["state"]
        route: Route | None = state.get(ROUTE)
        self._stats.observe(UNMATCHED if route is None else route.name, method, status, seconds)
        level = logging.DEBUG if scope["path"] in _QUIET else logging.INFO
        if log.isEnabledFor(level):
            path = scope["raw_path"][:_LOGGED_PATH].decode("ascii", "replace")
            account = state.get(guard.ACCOUNT, "-")
            log.log(level, "%s %s %d %.1f ms %s", method, path, status, seconds * 1000, account)

    def _cleaned(self, scope: Scope) -> Scope:
        """The scope without headers that claim an identity, and with the client's own address.

        Its state holds each header's first value by name (`guard.headers`).
        """
        address = (scope.get("client") or ("", 0))[0]
        scheme = scope["scheme"]
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        first = dict(reversed(headers))
        forwarded: list[str] = []
        for name in first:
            if name.startswith(_STRIPPED):
                if self._trusts(address):
                    forwarded, scheme = _forwarded(headers, scheme)
                headers = [header for header in headers if not header[0].startswith(_STRIPPED)]
                first = dict(reversed(headers))
                break
        while forwarded and self._trusts(address):
            address = forwarded.pop()
        cleaned = dict(scope)
        cleaned["headers"] = headers
        cleaned["client"] = (address, 0)
        cleaned["scheme"] = scheme
        if scope["method"] == "HEAD":
            cleaned["method"] = "GET"
        cleaned["state"] = {guard.HEADERS: first}
        return cleaned

    def _trusts(self, address: str) -> bool:
        if not self._trusted:
            return False
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)


class _Sender:
    """Sends a stream's messages with the security headers; to HEAD, its headers alone."""

    def __init__(self, send: Send, method: str) -> None:
        self._send = send
        self._is_head = method == "HEAD"
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = secured(list(message["headers"]))
            await self._send(message)
            if self._is_head:  # complete at once: a stream's body would never end
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        elif not self._is_head:
            await self._send(message)


def _forwarded(headers: list[tuple[bytes, bytes]], scheme: str) -> tuple[list[str], str]:
    """The addresses of ``X-Forwarded-For``, the nearest last, and the scheme of ``X-Forwarded-Proto``."""
    addresses: list[str] = []
    for name, value in headers:
        text = value.decode("latin-1")
        if name == b"x-forwarded-for":
            addresses += [part.strip() for part in text.split(",")]
        elif name == b"x-forwarded-proto" and (last := text.split(",")[-1].strip()) in ("http", "https"):
            scheme = last
    return addresses, scheme


def _upstream(scope: Scope) -> Upstream:
    route: Route | None = scope["state"].get(ROUTE)
    return Upstream.CONSOLE if route is None else route.upstream

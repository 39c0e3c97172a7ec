"""kopf's connection to the API server, made from our own credentials: the same trust, tokens and names."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import kopf

from yurt_console.kube.credentials import Credentials

_PAUSE = 1.0
"""Seconds between two logins: kopf asks for another one after each 401, at once."""


class Sessions:
    """Opens a session whenever kopf asks for one; kopf closes the one before."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._last = float("-inf")

    async def open(self) -> kopf.AiohttpSession:
        """A session whose every request carries the token of the moment."""
        await asyncio.sleep(max(0.0, self._last + _PAUSE - time.monotonic()))
        self._last = time.monotonic()
        source, name = self._credentials.source, self._credentials.server_name
        grant = await source.grant()

        async def authorize(
            request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
        ) -> aiohttp.ClientResponse:
            now = await source.grant()
            if now.token:
                request.headers["Authorization"] = f"Bearer {now.token}"
            if name:
                request.server_hostname = name
            response = await send(request)
            if response.status == 401:
                await source.grant(now)  # next time something newer, if there is
            return response

        context = self._credentials.tls(grant.certificate)
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=context if context is not None else True),
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=(authorize,),
        )
        return kopf.AiohttpSession(server=self._credentials.server, aiohttp_session=session)

"""A kind listed page by page; while one page is decoded, the server already works on the next."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

from yurt_console.cache import rows
from yurt_console.cache.rows import Decoder, Page
from yurt_console.kube.client import Client
from yurt_console.kube.objects import Row
from yurt_console.kube.resources import Resource

R = TypeVar("R", bound=Row)

_TURNS = 2
"""Turns of the event loop until a request that was begun is on its way."""


class Listing(Generic[R]):
    """One list of ``resource``, in pages of ``limit`` objects; of all namespaces when none is given."""

    def __init__(
        self,
        client: Client,
        resource: Resource,
        decoder: Decoder[R],
        limit: int,
        *,
        namespace: str = "",
        label_selector: str = "",
    ) -> None:
        self._client = client
        self._resource = resource
        self._decoder = decoder
        self._limit = limit
        self._namespace = namespace
        self._selector = label_selector
        self._token = ""
        self._asked: asyncio.Task[bytes] | None = None

    @property
    def begun(self) -> bool:
        """Whether some pages are read, and more are to come."""
        return bool(self._token)

    async def page(self) -> Page[R]:
        """The next page, also after a failure; after the last page the first again.

        Raises `KubeError`: the server's, or `MalformedReply` when the page is not one.
        """
        asked, self._asked = self._asked or asyncio.create_task(self._ask(self._token)), None
        body = await asked
        following = rows.continue_token(body)
        try:
            if following:
                self._asked = asyncio.create_task(self._ask(following))
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
            page = self._decoder.page(body)
        except BaseException:  # cancelled, for one: this page was not given to anybody, and comes again
            self._forget_asked()
            raise
        self._token = following
        return page

    def close(self) -> None:
        """Forget the pages read, and what was asked for: `page` begins anew."""
        self._token = ""
        self._forget_asked()

    def _forget_asked(self) -> None:
        if self._asked is not None and not self._asked.cancel() and not self._asked.cancelled():
            self._asked.exception()  # looked at, so that nobody reports it as lost
        self._asked = None

    async def _ask(self, token: str) -> bytes:
        return await self._client.list_page(
            self._resource,
            self._namespace,
            limit=self._limit,
            continue_=token,
            label_selector=self._selector,
        )

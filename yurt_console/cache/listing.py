"""A kind listed page by page; while one page arrives and is decoded, the server already works on the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Generic, TypeVar

from apimachinery.resources import Resource
from yurt_console.cache import decoding
from yurt_console.cache.decoding import Decoder, Page
from yurt_console.kube.client import Client
from yurt_console.rows import Row

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
        self._asked: _Asked | None = None

    @property
    def begun(self) -> bool:
        """Whether some pages are read, and more are to come."""
        return bool(self._token)

    async def page(self) -> Page[R]:
        """The next page, also after a failure; after the last page the first again.

        Raises `KubeError`: the server's, or `MalformedReply` when the page is not one.
        """
        asked, self._asked = self._asked or self._ask(self._token), None
        try:
            if following := decoding.early_continue_token(await asked.begun):
                self._asked = self._ask(following)
            body = await asked.body
            if not following and (following := decoding.continue_token(body)):
                self._asked = self._ask(following)
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
            page = self._decoder.page(body)
        except BaseException:  # cancelled, for one: this page was not given to anybody, and comes again
            asked.forget()
            self._forget_asked()
            raise
        self._token = following
        return page

    def close(self) -> None:
        """Forget the pages read, and what was asked for: `page` begins anew."""
        self._token = ""
        self._forget_asked()

    def _forget_asked(self) -> None:
        if self._asked is not None:
            self._asked.forget()
        self._asked = None

    def _ask(self, token: str) -> _Asked:
        return _Asked(
            partial(
                self._client.list_page,
                self._resource,
                self._namespace,
                limit=self._limit,
                continue_=token,
                label_selector=self._selector,
            )
        )


class _Asked:
    """A page that was asked for. ``begun``: what came of it first, b"" for nothing; ``body``: all of it."""

    def __init__(self, ask: Callable[..., Coroutine[Any, Any, bytes]]) -> None:
        self.begun: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.body = asyncio.create_task(ask(on_begun=self._begin))
        self.body.add_done_callback(lambda _: self._begin(b""))

    def forget(self) -> None:
        """Nobody waits for it any more."""
        if not self.body.cancel() and not self.body.cancelled():
            self.body.exception()  # looked at, so that nobody reports it as lost

    def _begin(self, begun: bytes) -> None:
        if not self.begun.done():
            self.begun.set_result(begun)

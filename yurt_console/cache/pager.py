"""Chunked LIST with prefetch: while one page arrives and is decoded, the server works on the next.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Generic, TypeVar

from apimachinery.resources import Resource
from yurt_console.cache import decoding
from yurt_console.cache.decoding import Decoder, ListPage
from yurt_console.kube.client import Client
from yurt_console.rows import Row

R = TypeVar("R", bound=Row)

_TURNS = 2
"""Turns of the event loop until a request that was started is sent."""


class ListPager(Generic[R]):
    """One LIST of ``resource`` in pages of ``limit`` objects; no namespace means all namespaces."""

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
        self._pending: _PendingPage | None = None

    @property
    def begun(self) -> bool:
        """Whether some pages have been read and more will follow."""
        return bool(self._token)

    async def next_page(self) -> ListPage[R]:
        """The next page; the same one again after a failure, and the first again after the last.

        Raises `KubeError`: the server's, or `MalformedReply` for a body that is no list.
        """
        pending, self._pending = self._pending or self._request(self._token), None
        try:
            if following := decoding.early_continue_token(await pending.begun):
                self._pending = self._request(following)
            body = await pending.body
            if not following and (following := decoding.continue_token(body)):
                self._pending = self._request(following)
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
            page = self._decoder.page(body)
        except BaseException:  # also cancellation: this page was not returned, so it is requested again
            pending.discard()
            self._discard_pending()
            raise
        self._token = following
        return page

    def close(self) -> None:
        """Start over: forget the continue token and cancel the prefetched page."""
        self._token = ""
        self._discard_pending()

    def _discard_pending(self) -> None:
        if self._pending is not None:
            self._pending.discard()
        self._pending = None

    def _request(self, token: str) -> _PendingPage:
        return _PendingPage(
            partial(
                self._client.list_page,
                self._resource,
                self._namespace,
                limit=self._limit,
                continue_=token,
                label_selector=self._selector,
            )
        )


class _PendingPage:
    """A requested page. ``begun``: the first bytes that arrived, b"" for none; ``body``: all of it."""

    def __init__(self, request: Callable[..., Coroutine[Any, Any, bytes]]) -> None:
        self.begun: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.body = asyncio.create_task(request(on_begun=self._begin))
        self.body.add_done_callback(lambda _: self._begin(b""))

    def discard(self) -> None:
        """Cancel the request and ignore its result."""
        if not self.body.cancel() and not self.body.cancelled():
            self.body.exception()  # retrieved, so that asyncio does not log it as lost

    def _begin(self, begun: bytes) -> None:
        if not self.begun.done():
            self.begun.set_result(begun)

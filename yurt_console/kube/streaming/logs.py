"""Logs of a container as a byte stream: what ``kubectl logs`` reads."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Final

import msgspec

from apimachinery.resources import PODS
from yurt_console.kube.client import Client

_WHOLE_SECONDS: Final = 300.0
"""Seconds that a log may take that is not followed."""


class LogOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Which log, and which part of it; the fields of Kubernetes' ``PodLogOptions``."""

    container: str = ""
    """ "" for a pod with one container."""
    previous: bool = False
    """Of the run before the last restart."""
    follow: bool = False
    """Wait for more until the container ends."""
    timestamps: bool = False
    """Put an RFC 3339 time with nanoseconds and a space before each line."""
    since_time: str = ""
    """RFC 3339: lines from then on."""
    tail_lines: int | None = None
    limit_bytes: int | None = None
    """The last line may be cut."""

    def params(self) -> dict[str, str]:
        """The query parameters; those left out are ""."""
        return {
            "container": self.container,
            "previous": "true" if self.previous else "",
            "follow": "true" if self.follow else "",
            "timestamps": "true" if self.timestamps else "",
            "sinceTime": self.since_time,
            "tailLines": "" if self.tail_lines is None else str(self.tail_lines),
            "limitBytes": "" if self.limit_bytes is None else str(self.limit_bytes),
        }


@asynccontextmanager
async def opened(
    client: Client, namespace: str, pod: str, options: LogOptions
) -> AsyncIterator[AsyncGenerator[bytes, None]]:
    """The log's bytes as they come, in chunks of any size; a slow reader holds the kubelet back.

    Entering raises what the API server refuses with (`BadRequest` for a container that has not started or has
    no run before); the chunks raise `Unreachable` when the connection breaks.
    """
    async with (
        client.stream(
            PODS,
            pod,
            namespace,
            subresource="log",
            params=options.params(),
            end_within=None if options.follow else _WHOLE_SECONDS,
        ) as response,
        aclosing(response.chunks()) as chunks,
    ):
        yield chunks

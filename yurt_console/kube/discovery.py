"""API discovery: the served version of each resource.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#discovery-api, the unaggregated
documents, which every version since 1.0 serves: ``/apis/GROUP`` and ``/apis/GROUP/VERSION``.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from apimachinery.resources import Resource
from yurt_console.kube.errors import MalformedReply, NotFound

_T = TypeVar("_T")


_SECOND_BEST = 60.0
"""Seconds for which a version that is not our best is believed: those of a new CRD appear one by one, and
an upgrade adds better ones to a cluster in use."""


class _GroupVersion(msgspec.Struct):
    version: str


class _Group(msgspec.Struct):
    versions: list[_GroupVersion]


class _ApiResource(msgspec.Struct):
    name: str


class _ResourceList(msgspec.Struct):
    resources: list[_ApiResource] | None = None


class Discovery:
    """Answers which version of a kind to use, and remembers; absence is asked again every time."""

    def __init__(
        self, fetch: Callable[[str], Awaitable[bytes]], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._found: dict[Resource, tuple[str, float]] = {}

    async def served(self, resource: Resource) -> str:
        """The first of `Resource.versions` that the server has; `NotFound` when it has none."""
        if not resource.group:
            return resource.versions[0]
        known, until = self._found.get(resource, ("", 0.0))
        if known and self._clock() < until:
            return known
        version = await self._best(resource)
        settled = version == resource.versions[0]
        self._found[resource] = (version, float("inf") if settled else self._clock() + _SECOND_BEST)
        return version

    def forget(self, resource: Resource) -> None:
        """Ask again next time: the kind was replaced, or is gone."""
        self._found.pop(resource, None)

    async def _best(self, resource: Resource) -> str:
        group = _decoded(await self._group(resource), _Group)
        offered = {entry.version for entry in group.versions}
        for version in resource.versions:
            if version in offered and resource.plural in await self._names(resource, version):
                return version
        raise _absent(resource)

    async def _group(self, resource: Resource) -> bytes:
        try:
            return await self._fetch(f"/apis/{resource.group}")
        except NotFound:
            raise _absent(resource) from None

    async def _names(self, resource: Resource, version: str) -> set[str]:
        try:
            listed = _decoded(await self._fetch(f"/apis/{resource.group}/{version}"), _ResourceList)
        except NotFound:  # went away since the group was read
            return set()
        return {entry.name for entry in listed.resources or ()}


def _absent(resource: Resource) -> NotFound:
    return NotFound.of(f"the cluster serves no {resource.plural}.{resource.group}", kind=resource.plural)


def _decoded(body: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise MalformedReply("a discovery document is not one") from None

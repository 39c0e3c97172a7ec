"""ResourceQuota: wire struct and row. Source: https://kubernetes.io/docs/concepts/policy/resource-quotas/."""

from __future__ import annotations

from typing import Final

import msgspec

from apimachinery.quantities import millicores, whole
from yurt_console.cache.decoding import Decoder
from yurt_console.cache.wire.meta import ObjectMeta
from yurt_console.rows import ResourceQuota


class _QuotaStatus(msgspec.Struct, gc=False):
    hard: dict[str, str] = {}
    used: dict[str, str] = {}


class _QuotaSpec(msgspec.Struct, gc=False):
    hard: dict[str, str] = {}


class WireQuota(msgspec.Struct, gc=False):
    """core/v1 ResourceQuota on the wire."""

    metadata: ObjectMeta
    spec: _QuotaSpec | None = None
    status: _QuotaStatus | None = None


def quota(wire: WireQuota) -> ResourceQuota:
    """The row of a ResourceQuota. Limits are those of ``status``, or of ``spec`` before the first sync."""
    spec, status = wire.spec or _QuotaSpec(), wire.status or _QuotaStatus()
    hard = status.hard or spec.hard
    limits = [
        (resource, hard[resource], used, _amount(resource, hard[resource]), _amount(resource, used))
        for resource in sorted(hard)
        for used in (status.used.get(resource, "0"),)
    ]
    return ResourceQuota(*wire.metadata.identity(), tuple(limits))


def _amount(resource: str, quantity: str) -> int:
    is_cpu = resource == "cpu" or resource.endswith(".cpu")
    return millicores(quantity) if is_cpu else whole(quantity)


RESOURCE_QUOTAS: Final = Decoder(WireQuota, quota)

"""Token buckets by client address, in bounded memory."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict

_ADDRESSES = 10_000
_HOUR = 3600.0
_ROUNDING = 1e-6


class Throttle:
    """Allows ``per_hour`` uses per address, at most ``burst`` at once; 0 means no limit.

    Without ``burst``, unused uses accumulate for up to an hour. IPv6 addresses are grouped by their /64,
    usually one customer. Beyond 10,000 addresses the least recently seen one is evicted, so a flood from many
    addresses costs no memory.
    """

    def __init__(self, per_hour: int, burst: int | None = None) -> None:
        self._per_hour = per_hour
        self._full = float(per_hour if burst is None else min(per_hour, burst))
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, now: float) -> int:
        """Count one use at ``now`` (monotonic seconds). Returns 0, or the seconds to wait when refused."""
        if self._per_hour <= 0:
            return 0
        bucket = _bucket(address)
        left, at = self._buckets.pop(bucket, (self._full, now))
        left = min(self._full, left + max(0.0, now - at) * self._per_hour / _HOUR)
        pause = self._seconds(left)
        self._buckets[bucket] = (left if pause else max(0.0, left - 1.0), now)
        if len(self._buckets) > _ADDRESSES:
            self._buckets.popitem(last=False)
        return pause

    def wait(self, address: str, now: float) -> int:
        """The seconds until `take` allows one more use; counts nothing."""
        if self._per_hour <= 0:
            return 0
        left, at = self._buckets.get(_bucket(address), (self._full, now))
        left += max(0.0, now - at) * self._per_hour / _HOUR
        return self._seconds(left)

    def _seconds(self, left: float) -> int:
        lacking = 1.0 - _ROUNDING - left
        return max(1, math.ceil(lacking * _HOUR / self._per_hour)) if lacking > 0 else 0

    def __len__(self) -> int:
        return len(self._buckets)


def _bucket(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(parsed), 64), strict=False).network_address)
    return str(parsed)

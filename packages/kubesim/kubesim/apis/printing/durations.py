"""Human-readable durations: 59s, 5m30s, 3h12m, 4d, 2y40d."""

from __future__ import annotations

from datetime import datetime

_UNKNOWN = "<unknown>"


def age(since: str | None, now: datetime) -> str:
    """The age of a timestamp."""
    if not since:
        return _UNKNOWN
    return span(int((now - datetime.fromisoformat(since)).total_seconds()))


def span(seconds: int) -> str:
    """duration.HumanDuration of k8s.io/apimachinery."""
    if seconds < -1:
        return "<invalid>"
    if seconds < 0:
        return "0s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if seconds < 120:
        return f"{seconds}s"
    if minutes < 10:
        return _joined(minutes, "m", seconds % 60, "s")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return _joined(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return _joined(days, "d", hours % 24, "h")
    if days < 730:
        return f"{days}d"
    if days < 8 * 365:
        return _joined(days // 365, "y", days % 365, "d")
    return f"{days // 365}y"


def _joined(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large}{large_unit}{small}{small_unit}" if small else f"{large}{large_unit}"

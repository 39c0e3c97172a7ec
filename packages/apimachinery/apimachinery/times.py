"""metav1.Time and metav1.MicroTime: RFC 3339 texts of aware datetimes.

Source: k8s.io/apimachinery, pkg/apis/meta/v1/time.go and micro_time.go.
"""

from __future__ import annotations

from datetime import UTC, datetime


def parse_time(text: str) -> datetime | None:
    """The aware datetime of a text, in UTC where it names no zone; None for "" and anything malformed."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def rfc3339(time: datetime) -> str:
    """metav1.Time: UTC, whole seconds, as in ``2026-01-02T03:04:05Z``."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc3339_micro(time: datetime) -> str:
    """metav1.MicroTime: UTC with six decimals; Leases and Events carry it."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def rfc3339_or_empty(time: datetime | None) -> str:
    """metav1.Time of an optional datetime, "" for None."""
    return rfc3339(time) if time else ""


def rfc3339_of_unix(seconds: float | None) -> str | None:
    """metav1.Time of an optional Unix time in seconds, None for None."""
    return None if seconds is None else rfc3339(datetime.fromtimestamp(seconds, UTC))

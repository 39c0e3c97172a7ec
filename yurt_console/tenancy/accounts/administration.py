"""Administration of accounts: strict readers of input, and pure edits of ``spec``.

The HTTP API and ``yurt-console users`` share these rules. `read_renewal`, `read_limits` and `read_reason`
read input and report every wrong field at once. The functions after them return the fields to merge into the
spec, which `user_objects.change` writes.

``validPeriod`` counts whole days from ``effectiveTime``, so an end is rounded up to that time of day: it is
never earlier than requested, and at most one day later.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import msgspec

from apimachinery.errors import BadRequestError, ForbiddenError, StatusCause, wrong_fields
from apimachinery.times import parse_time
from yurt_console.rows import User
from yurt_console.strict_input import JsonReader
from yurt_console.tenancy.accounts import profile
from yurt_console.tenancy.identity.principals import ADMIN
from yurt_console.tenancy.provisioning import limits

Fields: TypeAlias = dict[str, Any]
"""Fields of ``spec`` to merge; None removes one."""

LONGEST_PERIOD: Final = 3650
"""The most days that the User kind accepts."""
MOST_NODES: Final = 1000
REASON_LIMIT: Final = 256
"""The most characters of a suspension's reason."""
_DAY: Final = timedelta(days=1)


class Renewal(msgspec.Struct, frozen=True):
    """A new end of an account: exactly one of the two fields. ``days`` 0 means no end."""

    days: int | None = None
    """Counted from now."""
    until: datetime | None = None


def read_renewal(given: Mapping[str, Any], now: datetime) -> Renewal:
    """The renewal in ``{"days": N}`` or ``{"until": RFC 3339}``; raises `BadRequestError`."""
    fields = JsonReader(given, ("days", "until"))
    days = fields.number("days", 0, LONGEST_PERIOD)
    until = fields.time("until")
    if until is not None and until <= now:
        fields.refuse("until", "must be in the future; suspend or delete an account to end it now")
    if not fields.has("days", "until"):
        fields.refuse("days", "days or until must be given", "FieldValueRequired")
    elif fields.has("days") and fields.has("until"):
        fields.refuse("until", "only one of days and until may be given")
    fields.done()
    return Renewal(days, until)


def read_limits(given: Mapping[str, Any]) -> Fields:
    """The fields of ``spec`` in ``{"maxNodeNum": N, "quota": {...}}``. Raises `BadRequestError`.

    Both are optional. A missing bound of the quota stays unchanged; "" removes ``cpu`` or ``memory``.
    """
    fields = JsonReader(given, ("maxNodeNum", "quota"))
    most = fields.number("maxNodeNum", 0, MOST_NODES)
    inner = fields.within("quota", ("cpu", "memory", "pods"))
    quota = {
        "cpu": inner.amount("cpu", limits.CPU, "500m or 8"),
        "memory": inner.amount("memory", limits.MEMORY, "512Mi or 16Gi"),
        "pods": inner.number("pods", 0, limits.MOST_PODS),
    }
    if not fields.has("maxNodeNum") and not inner.has(*quota):
        fields.refuse("maxNodeNum", "maxNodeNum or quota must be given", "FieldValueRequired")
    fields.done()
    bounds = {name: None if amount == "" else amount for name, amount in quota.items() if amount is not None}
    return {**({} if most is None else {"maxNodeNum": most}), **({"quota": bounds} if bounds else {})}


def read_reason(given: Mapping[str, Any]) -> str:
    """The reason in ``{"reason": text}``, which the account's page shows; raises `BadRequestError`."""
    fields = JsonReader(given, ("reason",))
    value = fields.value("reason")
    text = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else ""
    if value is None or value == "":
        fields.refuse("reason", "must be given; the account's owner sees it", "FieldValueRequired")
    elif not text:
        fields.refuse("reason", "must be text")
    elif len(text) > REASON_LIMIT:
        fields.refuse("reason", f"must have at most {REASON_LIMIT} characters")
    elif any(map(profile.unprintable, text)):
        fields.refuse("reason", "must not have control characters")
    fields.done()
    return text


def require_nothing(given: Mapping[str, Any]) -> None:
    """Raise `BadRequestError` when a field is given: this action has no fields."""
    if given:
        raise BadRequestError.of("body: must be empty", field="body", cause="FieldValueInvalid")


def require_tenant(user: User) -> None:
    """Raise `ForbiddenError` for an administrator's account.

    The console neither creates nor deletes administrators, so that a stolen session cannot lock all others
    out. ``yurt-console users`` does it, with the permissions of its kubeconfig.
    """
    if user.role == ADMIN:
        raise ForbiddenError.of(
            "an administrator's account is administered by another hand: yurt-console users",
            cause="AdministratorAccount",
        )


def approved() -> Fields:
    """Approve the account."""
    return {"approved": True}


def renewed(user: User, renewal: Renewal, now: datetime) -> Fields:
    """Move the end of the account. Raises `BadRequestError` for an end that is not possible."""
    if renewal.days == 0:
        if user.role != ADMIN:
            raise _refused("days", "0 means no end, which is for administrators' accounts only")
        return {"validPeriod": 0}
    last = renewal.until or now + timedelta(days=renewal.days or 0)
    begun = parse_time(user.effective_time) or now
    period = max(1, math.ceil((last - begun) / _DAY))
    if period > LONGEST_PERIOD:
        field = "days" if renewal.until is None else "until"
        raise _refused(field, f"an account lives at most {LONGEST_PERIOD} days from its beginning")
    return {"validPeriod": period}


def suspended(reason: str) -> Fields:
    """Suspend the account: its rights are revoked, its objects stay."""
    return {"suspended": True, "suspensionReason": reason}


def resumed() -> Fields:
    """Resume the account: rights are restored."""
    return {"suspended": False, "suspensionReason": None}


def _refused(field: str, message: str) -> BadRequestError:
    return wrong_fields([StatusCause("FieldValueInvalid", message, field)])

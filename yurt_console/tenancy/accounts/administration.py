"""What administrators change of an account, as fields of its spec: read strictly, decided purely.

The HTTP API and ``yurt-console users`` share these rules. `read_renewal`, `read_limits` and `read_reason`
take what somebody sent and name every wrong field at once; the functions after them turn it into the
fields to write, `tenancy.users.change` writes them.

``validPeriod`` counts whole days from ``effectiveTime``, so an end is rounded up to that time of day: nobody
gets less than was promised, and at most a day more.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import msgspec

from apimachinery.errors import BadRequestError, ForbiddenError, StatusCause, wrong_fields
from apimachinery.times import parse_time
from yurt_console.rows import User
from yurt_console.tenancy.accounts import profile
from yurt_console.tenancy.identity.principals import ADMIN
from yurt_console.tenancy.provisioning import limits

Fields: TypeAlias = dict[str, Any]
"""Fields of ``spec`` to merge; None takes one away."""

LONGEST_PERIOD: Final = 3650
"""Days that the User kind takes."""
MOST_NODES: Final = 1000
REASON_LIMIT: Final = 256
"""Characters of a suspension's reason."""
_DAY: Final = timedelta(days=1)


class Renewal(msgspec.Struct, frozen=True):
    """Until when an account shall live: one of the two is given. ``days`` 0 is for ever."""

    days: int | None = None
    """From now on."""
    until: datetime | None = None


class _Fields:
    """Reads the fields of a body and remembers what is wrong with each."""

    def __init__(self, given: Mapping[str, Any], known: Collection[str], within: str = "") -> None:
        self._given = given
        self._within = within
        unknown = f"there is no such field; known: {', '.join(known)}"
        self.causes = [
            StatusCause("FieldValueNotSupported", unknown, within + name)
            for name in sorted(set(given) - set(known))
            if name.isascii() and name.isidentifier()
        ]
        if not self.causes and set(given) - set(known):
            self.causes.append(StatusCause("FieldValueNotSupported", "has an unknown field", "body"))

    def refuse(self, field: str, message: str, reason: str = "FieldValueInvalid") -> None:
        self.causes.append(StatusCause(reason, message, self._within + field))

    def number(self, field: str, least: int, most: int) -> int | None:
        value = self._given.get(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(field, f"must be a whole number from {least} to {most}")
            return None
        return value

    def amount(self, field: str, pattern: re.Pattern[str], example: str) -> str | None:
        """A quantity, "" to take the bound away."""
        value = self._given.get(field)
        if value is None or value == "":
            return value
        if not isinstance(value, str) or not pattern.fullmatch(value.strip()):
            self.refuse(field, f'must be an amount such as {example}, or "" for no bound')
            return None
        return value.strip()

    def within(self, field: str, known: Collection[str]) -> _Fields:
        """The fields of an object in ``field``, which answers for what is wrong with them."""
        value = self._given.get(field)
        if value is not None and not isinstance(value, dict):
            self.refuse(field, "must be an object")
        inner = _Fields(value if isinstance(value, dict) else {}, known, f"{self._within}{field}.")
        self.causes += inner.causes
        inner.causes = self.causes
        return inner

    def has(self, *fields: str) -> bool:
        return any(self._given.get(field) is not None for field in fields)

    def done(self) -> None:
        if self.causes:
            raise wrong_fields(self.causes)


def read_renewal(given: Mapping[str, Any], now: datetime) -> Renewal:
    """The renewal in ``{"days": N}`` or ``{"until": RFC 3339}``; raises `BadRequest`."""
    fields = _Fields(given, ("days", "until"))
    days = fields.number("days", 0, LONGEST_PERIOD)
    until = None
    if fields.has("until"):
        text = given["until"]
        until = parse_time(text) if isinstance(text, str) else None
        if until is None:
            fields.refuse("until", "must be a time such as 2030-01-31T12:00:00Z")
        elif until <= now:
            fields.refuse("until", "must be in the future; suspend or delete an account to end it now")
    if not fields.has("days", "until"):
        fields.refuse("days", "days or until must be given", "FieldValueRequired")
    elif fields.has("days") and fields.has("until"):
        fields.refuse("until", "only one of days and until may be given")
    fields.done()
    return Renewal(days, until)


def read_limits(given: Mapping[str, Any]) -> Fields:
    """The spec's fields in ``{"maxNodeNum": N, "quota": {...}}``, either of them; raises `BadRequest`.

    Of a quota what is left out stays as it is, and "" takes a bound of ``cpu`` or ``memory`` away.
    """
    fields = _Fields(given, ("maxNodeNum", "quota"))
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
    """The reason in ``{"reason": text}``, which the account's owner is told; raises `BadRequest`."""
    fields = _Fields(given, ("reason",))
    value = given.get("reason")
    text = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else ""
    if value is None or value == "":
        fields.refuse("reason", "must be given; the account's owner is told", "FieldValueRequired")
    elif not text:
        fields.refuse("reason", "must be text")
    elif len(text) > REASON_LIMIT:
        fields.refuse("reason", f"must have at most {REASON_LIMIT} characters")
    elif any(map(profile.unprintable, text)):
        fields.refuse("reason", "must not have control characters")
    fields.done()
    return text


def require_nothing(given: Mapping[str, Any]) -> None:
    """Raise `BadRequest` when there is a field: this change takes none."""
    if given:
        raise BadRequestError.of("body: must be empty", field="body", cause="FieldValueInvalid")


def require_tenant(user: User) -> None:
    """Raise `Forbidden` for an administrator's account.

    The console neither makes administrators nor ends them: who has taken over one session shall not lock
    all others out. ``yurt-console users`` does it, with the rights of its kubeconfig.
    """
    if user.role == ADMIN:
        raise ForbiddenError.of(
            "an administrator's account is administered by another hand: yurt-console users",
            cause="AdministratorAccount",
        )


def approved() -> Fields:
    """Let an account begin that waits for it."""
    return {"approved": True}


def renewed(user: User, renewal: Renewal, now: datetime) -> Fields:
    """A longer or a shorter life, from now on; raises `BadRequest` for what the account cannot have."""
    if renewal.days == 0:
        if user.role != ADMIN:
            raise _refused("days", "0 is for ever, which only an administrator's account can be")
        return {"validPeriod": 0}
    last = renewal.until or now + timedelta(days=renewal.days or 0)
    begun = parse_time(user.effective_time) or now
    period = max(1, math.ceil((last - begun) / _DAY))
    if period > LONGEST_PERIOD:
        field = "days" if renewal.until is None else "until"
        raise _refused(field, f"an account lives at most {LONGEST_PERIOD} days from its beginning")
    return {"validPeriod": period}


def suspended(reason: str) -> Fields:
    """Take every right away, keep what the account has, and say why."""
    return {"suspended": True, "suspensionReason": reason}


def resumed() -> Fields:
    """Give the rights back."""
    return {"suspended": False, "suspensionReason": None}


def _refused(field: str, message: str) -> BadRequestError:
    return wrong_fields([StatusCause("FieldValueInvalid", message, field)])

"""Output of ``yurt-console users``: tables for people, JSON for scripts. Pure.

No output holds a credential. Text that users wrote is printed unchanged: the User kind rejects control
characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from apimachinery.times import parse_time, rfc3339_or_empty
from yurt_console.kube.client import Object
from yurt_console.rows import User
from yurt_console.tenancy.accounts import lifecycle
from yurt_console.tenancy.identity import principals

_CREDENTIALS: Final = ("token", "kubeConfig", "nodeAddScript")
_HEAD: Final = ("NAME", "EMAIL", "ROLE", "PHASE", "ENDS", "NODES", "ORGANIZATION")


def table(users: Iterable[User], now: datetime, grace: timedelta) -> str:
    """One line for each account, the oldest first."""
    lines = [_line(user, now, grace) for user in sorted(users, key=lambda user: (user.created, user.name))]
    return _columns((_HEAD, *lines))


def page(user: User, now: datetime, grace: timedelta) -> str:
    """One account in full, with its conditions."""
    outlook = lifecycle.of(user, now, grace)
    then = f"{lifecycle.SENTENCES[outlook.next]}"
    pairs = [
        ("Name", user.name),
        ("E-mail", user.email),
        ("Phone", user.phone),
        ("Organization", user.organization),
        ("Role", principals.of(user, now).role),
        ("Phase", outlook.phase.value),
        ("Next", f"{then}, at {rfc3339_or_empty(outlook.at)}" if outlook.at else then),
        ("Created", rfc3339_or_empty(parse_time(user.created))),
        ("Began", rfc3339_or_empty(parse_time(user.effective_time))),
        ("Ends", _ends(user)),
        ("Nodes", _nodes(user)),
        ("Quota", _quota(user)),
        ("Suspended", user.suspension_reason or "yes" if user.suspended else ""),
        ("Message", user.status_message),
    ]
    summary = _columns([(f"{name}:", text) for name, text in pairs if text])
    if not user.conditions:
        return summary
    head = ("CONDITION", "STATUS", "REASON", "SINCE", "MESSAGE")
    conditions = [(each.type, each.status, each.reason, each.since, each.message) for each in user.conditions]
    return f"{summary}\n\n{_columns((head, *conditions))}"


def record(user: Object, row: User, now: datetime, grace: timedelta) -> Mapping[str, Any]:
    """The User object without credentials, with phase, next step and end."""
    spec = {key: value for key, value in user.get("spec", {}).items() if key not in _CREDENTIALS}
    metadata = {key: user["metadata"].get(key) for key in ("name", "uid", "creationTimestamp")}
    outlook = lifecycle.of(row, now, grace)
    return {
        "metadata": metadata,
        "spec": spec,
        "status": user.get("status", {}),
        "phase": outlook.phase.value,
        "next": outlook.next.value,
        "nextTime": rfc3339_or_empty(outlook.at) if outlook.at else "",
        "ends": rfc3339_or_empty(end) if (end := principals.ends(row)) else "",
    }


def _line(user: User, now: datetime, grace: timedelta) -> tuple[str, ...]:
    phase = lifecycle.of(user, now, grace).phase.value
    role = principals.of(user, now).role
    return (user.name, user.email, role, phase, _ends(user), _nodes(user) or "-", user.organization)


def _ends(user: User) -> str:
    end = principals.ends(user)
    return rfc3339_or_empty(end) if end else ("never" if user.valid_period == 0 else "-")


def _nodes(user: User) -> str:
    return "" if user.role == principals.ADMIN else f"{user.node_num}/{user.max_node_num}"


def _quota(user: User) -> str:
    if user.role == principals.ADMIN:
        return ""
    bounds = (("cpu", user.quota_cpu), ("memory", user.quota_memory), ("pods", str(user.quota_pods)))
    return ", ".join(f"{name} {amount}" for name, amount in bounds if amount)


def _columns(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )

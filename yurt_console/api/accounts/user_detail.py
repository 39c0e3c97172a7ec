"""``GET /users/{name}``, for administrators: one account with its conditions, joins and Events."""

from __future__ import annotations

from typing import Final

import msgspec

from apimachinery.errors import NotFoundError
from apimachinery.times import rfc3339_of_unix
from yurt_console.api.http import responses
from yurt_console.api.http.query import Parameter
from yurt_console.api.http.responses import Response
from yurt_console.api.http.routing.route import Access, Call, Route
from yurt_console.api.http.state import Console
from yurt_console.kinds import join_requests, users
from yurt_console.kinds.events import EventRow, event_row
from yurt_console.kinds.join_requests import Join
from yurt_console.kinds.users import UserRow
from yurt_console.rows import Condition, User
from yurt_console.yurt import events

_EVENTS: Final = 50


class AccountQuota(msgspec.Struct, frozen=True):
    """Quota of an account: the sums that its pods may request, and the number of pods."""

    cpu: str
    """A quantity; "" means no bound, as in ``memory``."""
    memory: str
    pods: int


class UserDetail(UserRow, frozen=True, rename="camel", kw_only=True):
    """The row of an account, and the details that its page shows."""

    approved: bool
    suspended: bool
    suspension_reason: str
    quota: AccountQuota
    conditions: tuple[Condition, ...]
    joins: list[Join]
    """Certificate requests of joining machines: pending, approved, denied."""
    events: list[EventRow]
    """Events about the account, newest first, at most 50."""
    stale_since: str | None


def named(call: Call) -> User:
    """The account named in the path. Raises `NotFoundError`."""
    user = call.cluster.inventory.users.get(("", call.named("name")))
    if user is None:
        raise NotFoundError.of("no account has this name", field="name")
    return user


def detail(console: Console, user: User) -> UserDetail:
    """The response of an account's page."""
    cluster = console.cluster.inventory
    happened = events.grouped(cluster.events_about(user.name))
    row = users.user_row(user, users.joined(user, cluster, console.time()))
    return UserDetail(
        **msgspec.structs.asdict(row),
        approved=user.approved,
        suspended=user.suspended,
        suspension_reason=user.suspension_reason,
        quota=AccountQuota(user.quota_cpu, user.quota_memory, user.quota_pods),
        conditions=user.conditions,
        joins=join_requests.in_progress(cluster, user.name),
        events=[event_row(event) for event in happened[:_EVENTS]],
        stale_since=rfc3339_of_unix(console.cluster.cache.stale_since("users", "nodes")),
    )


async def _detail(call: Call) -> Response:
    return responses.send(call.request, detail(call.console, named(call)))


NAMED: Final = (Parameter("name", "the User's name", {"type": "string"}),)
DETAIL: Final = Route(
    "get_user",
    "GET",
    "/users/{name}",
    Access.ADMIN,
    _detail,
    "One account with conditions, joins and Events",
    reply=UserDetail,
    parts=NAMED,
    errors=(404,),
    reads_cluster=True,
)

"""``GET /users``, for administrators: every account, without anything that opens one."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import attrgetter
from typing import Final

import msgspec

from apimachinery.errors import NotFoundError
from apimachinery.times import parse_time, rfc3339_of_unix, rfc3339_or_empty
from yurt_console.api import overview
from yurt_console.api.http import responses
from yurt_console.api.http.query import Parameter
from yurt_console.api.http.responses import Response
from yurt_console.api.http.route import Access, Call, Route
from yurt_console.api.http.state import Console
from yurt_console.api.lists import joins
from yurt_console.api.lists.joins import Join
from yurt_console.api.lists.list_endpoint import ListEndpoint, RenderContext, RowView
from yurt_console.api.overview import EventRow
from yurt_console.inventory.inventory import Inventory
from yurt_console.rows import Condition, User
from yurt_console.tenancy.accounts import lifecycle
from yurt_console.tenancy.identity import principals
from yurt_console.yurt import events

_EVENTS: Final = 50
_NEVER: Final = "9999"
"""Where accounts without an end stand among those with one."""


class UserRow(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One account. Never its token's record, kubeconfig or join script."""

    name: str
    uid: str
    email: str
    phone: str
    organization: str
    role: str
    state: str
    """What it may do: ready, pending-approval, preparing, expired, suspended or terminating."""
    phase: str
    """Where it stands: one of `tenancy.lifecycle.Phase`."""
    next: str
    """What happens next: one of `tenancy.lifecycle.Next`, "" for nothing."""
    next_time: str
    """When that happens, "" when no clock decides."""
    message: str
    create_time: str
    effective_time: str
    ends: str
    """When the account ends, "" for never or not yet known."""
    valid_period: int
    max_node_num: int
    node_num: int
    """Counted live."""
    namespace: str


class UserList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of accounts."""

    items: list[UserRow]
    total: int
    stale_since: str | None


class AccountQuota(msgspec.Struct, frozen=True):
    """What an account's pods may request together, and how many there may be."""

    cpu: str
    """A quantity, "" for no bound, as in ``memory``."""
    memory: str
    pods: int


class UserDetail(UserRow, frozen=True, rename="camel", kw_only=True):
    """One account, with what its page shows beside the row."""

    approved: bool
    suspended: bool
    suspension_reason: str
    quota: AccountQuota
    conditions: tuple[Condition, ...]
    joins: list[Join]
    """The account's machines on their way in, and those that were refused."""
    events: list[EventRow]
    """What happened to the account itself, newest first, at most 50."""
    stale_since: str | None


def _row(user: User, cluster: Inventory, now: datetime) -> UserRow:
    who = principals.of(user, now)
    outlook = lifecycle.of(user, now, cluster.grace)
    return UserRow(
        name=user.name,
        uid=user.uid,
        email=user.email,
        phone=user.phone,
        organization=user.organization,
        role=who.role,
        state=who.state.value,
        phase=outlook.phase.value,
        next=outlook.next.value,
        next_time=rfc3339_or_empty(outlook.at),
        message=user.status_message,
        create_time=user.created,
        effective_time=user.effective_time,
        ends=rfc3339_or_empty(principals.ends(user)),
        valid_period=user.valid_period,
        max_node_num=user.max_node_num,
        node_num=_nodes(user, cluster),
        namespace=who.tenant,
    )


def _nodes(user: User, cluster: Inventory) -> int:
    return len(cluster.nodes.rows(user.name))


def _view(context: RenderContext) -> RowView[User]:
    now = parse_time(context.now) or datetime.now(UTC)

    def state(user: User) -> str:
        return principals.of(user, now).state.value

    def phase(user: User) -> str:
        return lifecycle.of(user, now, context.cluster.grace).phase.value

    def ends(user: User) -> str:
        end = principals.ends(user)
        return end.isoformat() if end else _NEVER

    return RowView(
        row=lambda user: _row(user, context.cluster, now),
        status=phase,
        keys={
            "email": attrgetter("email"),
            "name": attrgetter("name"),
            "organization": attrgetter("organization"),
            "role": attrgetter("role"),
            "state": state,
            "phase": phase,
            "createTime": attrgetter("created"),
            "ends": ends,
            "nodeNum": lambda user: _nodes(user, context.cluster),
        },
        joined=lambda user: (state(user), phase(user), _nodes(user, context.cluster)),
    )


def _versions(context: RenderContext, scope: str | None) -> tuple[object, ...]:
    """The nodes that are counted, and the minute: the calendar alone ends accounts."""
    return (context.cluster.version("nodes", scope), context.now[:16])


def named(call: Call) -> User:
    """The account that the address names; raises `NotFound`."""
    user = call.cluster.inventory.users.get(("", call.named("name")))
    if user is None:
        raise NotFoundError.of("there is no such account", field="name")
    return user


def detail(console: Console, user: User) -> UserDetail:
    """What an account's page shows."""
    cluster = console.cluster.inventory
    happened = events.grouped(cluster.events_about(user.name))
    return UserDetail(
        **msgspec.structs.asdict(_row(user, cluster, console.time())),
        approved=user.approved,
        suspended=user.suspended,
        suspension_reason=user.suspension_reason,
        quota=AccountQuota(user.quota_cpu, user.quota_memory, user.quota_pods),
        conditions=user.conditions,
        joins=joins.under_way(cluster, user.name),
        events=[overview.event_row(event) for event in happened[:_EVENTS]],
        stale_since=rfc3339_of_unix(console.cluster.cache.stale_since("users", "nodes")),
    )


async def _detail(call: Call) -> Response:
    return responses.send(call.request, detail(call.console, named(call)))


USERS: Final = ListEndpoint(
    plural="users",
    path="/users",
    summary="All accounts",
    view=_view,
    sorts=("email", "name", "organization", "role", "state", "phase", "createTime", "ends", "nodeNum"),
    exact=("name", "role", "state"),
    reply=UserList,
    default_sort="-createTime",
    joins=("nodes",),
    versions=_versions,
    texts=lambda user: (user.email, user.phone, user.organization),
    access=Access.ADMIN,
)
NAMED: Final = (Parameter("name", "the User's name", {"type": "string"}),)
DETAIL: Final = Route(
    "get_user",
    "GET",
    "/users/{name}",
    Access.ADMIN,
    _detail,
    "One account, with its conditions",
    reply=UserDetail,
    parts=NAMED,
    errors=(404,),
    reads_cluster=True,
)

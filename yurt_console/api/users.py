"""``GET /users``, for administrators: every account, without anything that opens one."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import attrgetter
from typing import Final

import msgspec
from litestar.response.base import ASGIResponse

from yurt_console.api import replies
from yurt_console.api.console import rfc3339
from yurt_console.api.listing import Lens, Noun, Sight
from yurt_console.api.query import Parameter
from yurt_console.api.routes import Access, Call, Route
from yurt_console.kube.errors import NotFound
from yurt_console.kube.objects import Condition, User
from yurt_console.tenancy import principals
from yurt_console.tenancy.cluster import Cluster

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
    """ready, preparing, expired, suspended or leaving."""
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


class UserDetail(UserRow, frozen=True, rename="camel", kw_only=True):
    """One account, with what its page shows beside the row."""

    approved: bool
    suspended: bool
    conditions: tuple[Condition, ...]
    stale_since: str | None


def _row(user: User, cluster: Cluster, now: datetime) -> UserRow:
    who = principals.of(user, now)
    ends = principals.ends(user)
    return UserRow(
        name=user.name,
        uid=user.uid,
        email=user.email,
        phone=user.phone,
        organization=user.organization,
        role=who.role,
        state=who.state.value,
        message=user.status_message,
        create_time=user.created,
        effective_time=user.effective_time,
        ends=(rfc3339(ends.timestamp()) or "") if ends else "",
        valid_period=user.valid_period,
        max_node_num=user.max_node_num,
        node_num=_nodes(user, cluster),
        namespace=who.namespace,
    )


def _nodes(user: User, cluster: Cluster) -> int:
    return len(cluster.nodes.rows(user.name))


def _lens(sight: Sight) -> Lens[User]:
    now = principals.parse_time(sight.now) or datetime.now(UTC)

    def state(user: User) -> str:
        return principals.of(user, now).state.value

    def ends(user: User) -> str:
        end = principals.ends(user)
        return end.isoformat() if end else _NEVER

    return Lens(
        row=lambda user: _row(user, sight.cluster, now),
        status=state,
        keys={
            "email": attrgetter("email"),
            "name": attrgetter("name"),
            "organization": attrgetter("organization"),
            "role": attrgetter("role"),
            "state": state,
            "createTime": attrgetter("created"),
            "ends": ends,
            "nodeNum": lambda user: _nodes(user, sight.cluster),
        },
        joined=lambda user: (state(user), _nodes(user, sight.cluster)),
    )


def _versions(sight: Sight, scope: str | None) -> tuple[object, ...]:
    """The nodes that are counted, and the minute: the calendar alone ends accounts."""
    return (sight.cluster.version("nodes", scope), sight.now[:16])


async def _detail(call: Call) -> ASGIResponse:
    console = call.console
    user = console.cluster.users.get(("", call.named("name")))
    if user is None:
        raise NotFound.of("there is no such account", field="name")
    row = _row(user, console.cluster, console.time())
    stale_since = rfc3339(console.mirror.stale_since("users", "nodes"))
    detail = UserDetail(
        **msgspec.structs.asdict(row),
        approved=user.approved,
        suspended=user.suspended,
        conditions=user.conditions,
        stale_since=stale_since,
    )
    return replies.send(call.request, detail)


USERS: Final = Noun(
    kind="users",
    path="/users",
    summary="All accounts",
    lens=_lens,
    sorts=("email", "name", "organization", "role", "state", "createTime", "ends", "nodeNum"),
    reply=UserList,
    default_sort="-createTime",
    joins=("nodes",),
    versions=_versions,
    texts=lambda user: (user.email, user.phone, user.organization),
    access=Access.ADMIN,
)
DETAIL: Final = Route(
    "GET",
    "/users/{name}",
    Access.ADMIN,
    _detail,
    "One account, with its conditions",
    reply=UserDetail,
    parts=(Parameter("name", "the User's name", {"type": "string"}),),
    errors=(404,),
    reads_cluster=True,
)

"""``GET /users``: all accounts, for administrators. Rows contain no credentials."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import attrgetter
from typing import Final, NamedTuple

import msgspec

from apimachinery.times import parse_time, rfc3339_or_empty
from yurt_console import custom_resources
from yurt_console.cache.wire import users as wire
from yurt_console.inventory.dependencies import Clock, ScopeRows
from yurt_console.inventory.inventory import Inventory
from yurt_console.inventory.table_spec import TableSpec, own_name
from yurt_console.kinds.kind_spec import KindSpec
from yurt_console.kinds.list_spec import ListSpec, RenderContext, RowView
from yurt_console.rows import User
from yurt_console.tenancy.accounts import lifecycle
from yurt_console.tenancy.accounts.lifecycle import Outlook
from yurt_console.tenancy.identity import principals
from yurt_console.tenancy.identity.principals import Principal

_NEVER: Final = "9999"
"""Sorts accounts without an end after those with one."""


class UserRow(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One account, without the token's record, kubeconfig and join script."""

    name: str
    uid: str
    email: str
    phone: str
    organization: str
    role: str
    state: str
    """What the account may do: ready, pending-approval, preparing, expired, suspended or terminating."""
    phase: str
    """One of `tenancy.lifecycle.Phase`."""
    next: str
    """The next transition: one of `tenancy.lifecycle.Next`, "" for none."""
    next_time: str
    """Time of the next transition; "" when it does not depend on time."""
    message: str
    create_time: str
    effective_time: str
    ends: str
    """When the account ends; "" for never, or before it has begun."""
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


class Joined(NamedTuple):
    """Data of other tables in the row of an account."""

    principal: Principal
    outlook: Outlook
    nodes: int


def joined(user: User, inventory: Inventory, now: datetime) -> Joined:
    """Phase, next transition and number of nodes of an account."""
    outlook = lifecycle.of(user, now, inventory.grace)
    return Joined(principals.of(user, now), outlook, len(inventory.nodes.rows(user.name)))


def user_row(user: User, beside: Joined) -> UserRow:
    """The reply's row of one account."""
    who, outlook, nodes = beside
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
        node_num=nodes,
        namespace=who.tenant,
    )


def _view(context: RenderContext) -> RowView[User]:
    inventory = context.inventory
    now = parse_time(context.now) or datetime.now(UTC)

    def phase(user: User) -> str:
        return lifecycle.of(user, now, inventory.grace).phase.value

    def ends(user: User) -> str:
        end = principals.ends(user)
        return end.isoformat() if end else _NEVER

    return RowView(
        row=user_row,
        status=phase,
        keys={
            "email": attrgetter("email"),
            "name": attrgetter("name"),
            "organization": attrgetter("organization"),
            "role": attrgetter("role"),
            "state": lambda user: principals.of(user, now).state.value,
            "phase": phase,
            "createTime": attrgetter("created"),
            "ends": ends,
            "nodeNum": lambda user: len(inventory.nodes.rows(user.name)),
        },
        joined=lambda user: joined(user, inventory, now),
    )


USERS: Final = KindSpec(
    resource=custom_resources.USERS,
    table=TableSpec(custom_resources.USERS, wire.USERS, scope=own_name),
    list=ListSpec(
        summary="All accounts",
        view=_view,
        sorts=("email", "name", "organization", "role", "state", "phase", "createTime", "ends", "nodeNum"),
        exact=("name", "role", "state"),
        reply=UserList,
        default_sort="-createTime",
        depends_on=(ScopeRows("nodes"), Clock()),
        texts=lambda user: (user.email, user.phone, user.organization),
        admins_only=True,
    ),
)

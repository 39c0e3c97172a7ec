"""``/login`` and ``/session``: login, logout, and the account of the caller."""

from __future__ import annotations

from typing import Final

import msgspec

from apimachinery.errors import UnauthorizedError
from apimachinery.times import rfc3339_or_empty
from yurt_console.api.http import cookies, guard, query, request_body, responses
from yurt_console.api.http.query import Parameter
from yurt_console.api.http.responses import Response
from yurt_console.api.http.routing.route import Access, Call, Route
from yurt_console.api.http.state import Console
from yurt_console.rows import Condition, User
from yurt_console.strict_input import Reader
from yurt_console.tenancy.accounts import lifecycle
from yurt_console.tenancy.identity import principals
from yurt_console.tenancy.identity.permissions import Permission
from yurt_console.tenancy.identity.principals import ADMIN, AccountState
from yurt_console.yurt import join

_OVER: Final = frozenset(
    {AccountState.PENDING_APPROVAL, AccountState.EXPIRED, AccountState.SUSPENDED, AccountState.TERMINATING}
)
"""States in which a response holds no credentials of the account."""


class Login(msgspec.Struct, frozen=True):
    """The body of ``POST /session``."""

    email: str
    token: str


class AccountSpec(msgspec.Struct, frozen=True, rename="camel"):
    """The account's spec, with the contract's field names."""

    kube_config: str
    node_add_script: str
    valid_period: int
    max_node_num: int
    namespace: str


class AccountStatus(msgspec.Struct, frozen=True, rename="camel"):
    """The account's status, with the contract's field names."""

    node_num: int
    effective_time: str
    expired: bool


class Account(msgspec.Struct, frozen=True, rename="camel"):
    """An account as its owner sees it."""

    spec: AccountSpec
    status: AccountStatus
    name: str
    email: str
    organization: str
    role: str
    state: str
    """What the account may do: ready, pending-approval, preparing, expired, suspended or terminating."""
    phase: str
    """One of `tenancy.lifecycle.Phase`."""
    next: str
    """The next transition: one of `tenancy.lifecycle.Next`, "" for none."""
    next_time: str
    """Time of the next transition (RFC 3339); "" when it does not depend on time."""
    ends: str
    """When the account ends (RFC 3339); "" for never, or before it has begun."""
    message: str
    """The current step of the operator, or the error that blocks it."""
    suspension_reason: str
    """The reason that an administrator gave for the suspension."""
    conditions: tuple[Condition, ...]
    node_leave_script: str
    """Removes a machine that joined with ``spec.nodeAddScript``; contains no secret."""
    permissions: list[Permission] | msgspec.UnsetType = msgspec.UNSET
    """Permissions in the caller's namespace. Only in ``GET /session`` while the API server is reachable."""


def account(console: Console, user: User) -> Account:
    """The account of ``user``; with credentials only for a tenant that may use them now."""
    who = principals.of(user, console.time())
    tenant = who.role != ADMIN
    given = tenant and who.state not in _OVER
    outlook = lifecycle.of(user, console.time(), console.cluster.inventory.grace)
    return Account(
        spec=AccountSpec(
            kube_config=user.kube_config if given else "",
            node_add_script=user.node_add_script if given else "",
            valid_period=user.valid_period,
            max_node_num=user.max_node_num,
            namespace=who.tenant,
        ),
        status=AccountStatus(
            node_num=len(console.cluster.inventory.nodes.rows(user.name)) if tenant else 0,
            effective_time=user.effective_time,
            expired=principals.expired(user, console.time()),
        ),
        name=user.name,
        email=user.email,
        organization=user.organization,
        role=who.role,
        state=who.state.value,
        phase=outlook.phase.value,
        next=outlook.next.value,
        next_time=rfc3339_or_empty(outlook.at),
        ends=rfc3339_or_empty(principals.ends(user)),
        message=user.status_message,
        suspension_reason=user.suspension_reason,
        conditions=user.conditions,
        node_leave_script=join.LEAVE_SCRIPT if tenant else "",
    )


async def _login(call: Call) -> Response:
    reader = Reader()
    for name in ("email", "token"):
        if not call.parameters.get(name):
            reader.refuse(name, "must be given", "FieldValueRequired")
    reader.done()
    user = call.console.accounts.login(
        call.parameters["email"], call.parameters["token"], address=request_body.address(call.request)
    )
    return responses.send(call.request, account(call.console, user))


async def _begin(call: Call) -> Response:
    login = request_body.texts(await request_body.body(call.request), Login)
    console = call.console
    user = console.accounts.login(login.email, login.token, address=request_body.address(call.request))
    cookie = cookies.session(console, call.request, user)
    return responses.send(call.request, account(console, user), headers={"Set-Cookie": cookie})


async def _current(call: Call) -> Response:
    user = call.cluster.inventory.users.get(("", call.caller.subject))
    if user is None:  # deleted after the guard authenticated the request
        raise UnauthorizedError.of("the account has been deleted")
    reply = account(call.console, user)
    if call.cluster.cache.stale_since("users") is not None:  # the API server is unreachable
        return responses.send(call.request, reply)
    found = await call.cluster.permissions.of(call.caller, call.console.now())
    if found is not None:
        reply = msgspec.structs.replace(reply, permissions=found)
    return responses.send(call.request, reply)


async def _end(call: Call) -> Response:
    console, request = call.console, call.request
    if query.flag(call.parameters, "everywhere"):
        caller = guard.identify(console, request, call.parameters.get("token"))
        request_body.require_writable(console)
        await console.accounts.end_sessions(caller.subject)
    console.streams.end_session(guard.session_cookie(request))
    headers = {"Set-Cookie": cookies.none(request), "Cache-Control": responses.NO_STORE}
    return responses.empty(204, headers)


_EMAIL: Final = Parameter("email", "the account's e-mail", {"type": "string"}, required=True)
_TOKEN: Final = Parameter("token", "the token from the registration", {"type": "string"}, required=True)

ROUTES: Final = (
    Route(
        "login",
        "GET",
        "/login",
        Access.PUBLIC,
        _login,
        "The account that belongs to an e-mail and a token",
        reply=Account,
        parameters=(_EMAIL, _TOKEN),
        errors=(400, 401, 429),
        reads_cluster=True,
    ),
    Route(
        "create_session",
        "POST",
        "/session",
        Access.PUBLIC,
        _begin,
        "Log in: sets an HttpOnly session cookie",
        reply=Account,
        body=Login,
        errors=(400, 401, 403, 413, 415, 429),
        reads_cluster=True,
    ),
    Route(
        "get_session",
        "GET",
        "/session",
        Access.ACCOUNT,
        _current,
        "The account of the caller",
        reply=Account,
        reads_cluster=True,
    ),
    Route(
        "delete_session",
        "DELETE",
        "/session",
        Access.PUBLIC,
        _end,
        "Log out: end this session, or all sessions of the account",
        status=204,
        parameters=(Parameter("everywhere", "end all sessions of the account", {"type": "boolean"}),),
        errors=(400, 401, 403),
        reads_cluster=True,
    ),
)

"""``/users/{name}/...``: administration of an account, from approval to deletion.

Every action is ``POST /users/{name}/VERB`` with the verb's fields as a JSON object; the body is optional for
verbs without fields. The response is the changed account. All actions are idempotent. The console writes as
the administrators' ServiceAccount, so the API server's audit log names the administrator.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec

from yurt_console.api.accounts import user_detail
from yurt_console.api.accounts.own_account import NewToken
from yurt_console.api.http import request_body, responses
from yurt_console.api.http.responses import Response
from yurt_console.api.http.routing.route import Access, Call, Handler, Route
from yurt_console.rows import User
from yurt_console.strict_input import JsonReader
from yurt_console.tenancy.accounts import administration
from yurt_console.tenancy.accounts.administration import Fields
from yurt_console.tenancy.accounts.user_objects import Edit

log = logging.getLogger(__name__)


class RenewalBody(msgspec.Struct, frozen=True):
    """The body of ``renew``: exactly one of the two fields."""

    days: int | None = None
    """Days from now."""
    until: datetime | None = None


class QuotaBody(msgspec.Struct, frozen=True):
    """Changes of a quota; missing fields stay unchanged."""

    cpu: str | None = None
    """A quantity; "" means no bound."""
    memory: str | None = None
    pods: int | None = None


class LimitsBody(msgspec.Struct, frozen=True, rename="camel"):
    """The body of ``limits``: one or both fields."""

    max_node_num: int | None = None
    quota: QuotaBody | None = None


class SuspensionBody(msgspec.Struct, frozen=True):
    """The body of ``suspend``. The account's owner sees the reason."""

    reason: str


class DeletionBody(msgspec.Struct, frozen=True):
    """The body of ``DELETE``: the account's name, as a confirmation."""

    name: str


def _approve(body: Fields, _now: datetime) -> Edit:
    administration.require_nothing(body)
    return lambda _user: administration.approved()


def _renew(body: Fields, now: datetime) -> Edit:
    renewal = administration.read_renewal(body, now)
    return lambda user: administration.renewed(user, renewal, now)


def _limits(body: Fields, _now: datetime) -> Edit:
    fields = administration.read_limits(body)
    return lambda _user: fields


def _suspend(body: Fields, _now: datetime) -> Edit:
    reason = administration.read_reason(body)
    return lambda _user: administration.suspended(reason)


def _resume(body: Fields, _now: datetime) -> Edit:
    administration.require_nothing(body)
    return lambda _user: administration.resumed()


def _changing(verb: str, read: Callable[[Fields, datetime], Edit]) -> Handler:
    async def handler(call: Call) -> Response:
        console = call.console
        user, edit = _target(call), read(await _body(call), console.time())
        request_body.require_writable(console)
        async with console.cluster.impersonator.client(call.caller) as client:
            changed = await console.accounts.change(user.name, user.uid, edit, client)
        log.info("%s: %s by %s", verb, user.name, call.caller.subject)
        return responses.send(call.request, user_detail.detail(console, changed))

    return handler


async def _reset(call: Call) -> Response:
    console, user = call.console, _target(call)
    administration.require_nothing(await _body(call))
    request_body.require_writable(console)
    async with console.cluster.impersonator.client(call.caller) as client:
        token = await console.accounts.reset_token(user.name, client)
    log.info("reset the token: %s by %s", user.name, call.caller.subject)
    return responses.send(call.request, NewToken(token))


async def _delete(call: Call) -> Response:
    console, user = call.console, _target(call)
    fields = JsonReader(await request_body.body(call.request), None)
    if fields.value("name") != user.name:
        fields.refuse("name", "must be the account's own name")
    fields.done()
    request_body.require_writable(console)
    async with console.cluster.impersonator.client(call.caller) as client:
        await console.accounts.remove(user.name, user.uid, client)
    log.info("delete: %s by %s", user.name, call.caller.subject)
    return responses.empty(204, {"Cache-Control": responses.NO_STORE})


def _target(call: Call) -> User:
    user = user_detail.named(call)
    administration.require_tenant(user)
    return user


async def _body(call: Call) -> dict[str, Any]:
    """The fields of the body; empty without a body."""
    return await request_body.body(call.request) if await request_body.read(call.request) else {}


def _route(
    name: str, verb: str, summary: str, read: Callable[[Fields, datetime], Edit], body: Any = None
) -> Route:
    return Route(
        name,
        "POST",
        f"/users/{{name}}/{verb}",
        Access.ADMIN,
        _changing(verb, read),
        summary,
        reply=user_detail.UserDetail,
        parts=user_detail.NAMED,
        body=body,
        errors=_ERRORS,
        reads_cluster=True,
    )


_ERRORS: Final = (404, 409, 413, 415, 500)
ROUTES: Final = (
    _route("approve_user", "approve", "Approve an account", _approve),
    _route(
        "renew_user",
        "renew",
        "Set the end of an account: days from now, or a time",
        _renew,
        RenewalBody,
    ),
    _route(
        "set_user_limits",
        "limits",
        "Set the most nodes of an account, and the quota of its pods",
        _limits,
        LimitsBody,
    ),
    _route("suspend_user", "suspend", "Take an account's rights; its objects stay", _suspend, SuspensionBody),
    _route("resume_user", "resume", "Give a suspended account its rights back", _resume),
    Route(
        "reset_user_token",
        "POST",
        "/users/{name}/token",
        Access.ADMIN,
        _reset,
        "Issue a new token for an account; the old one and all sessions end",
        reply=NewToken,
        parts=user_detail.NAMED,
        errors=_ERRORS,
        reads_cluster=True,
    ),
    Route(
        "delete_user",
        "DELETE",
        "/users/{name}",
        Access.ADMIN,
        _delete,
        "Delete an account with all its objects",
        status=204,
        parts=user_detail.NAMED,
        body=DeletionBody,
        errors=_ERRORS,
        reads_cluster=True,
    ),
)

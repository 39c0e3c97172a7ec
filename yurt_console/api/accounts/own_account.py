"""``/account``: an account changes its own token or deletes itself."""

from __future__ import annotations

from typing import Final

import msgspec

from apimachinery.errors import ForbiddenError
from yurt_console.api.http import cookies, guard, request_body, responses
from yurt_console.api.http.responses import Response
from yurt_console.api.http.routing.route import Access, Call, Route
from yurt_console.strict_input import JsonReader
from yurt_console.tenancy.accounts import profile
from yurt_console.tenancy.identity.principals import ADMIN


class NewToken(msgspec.Struct, frozen=True):
    """The new token of an account. No later response contains it."""

    token: str


class Removal(msgspec.Struct, frozen=True):
    """The body of ``DELETE /account``: the account's e-mail, as a confirmation."""

    email: str


async def _new_token(call: Call) -> Response:
    console, request = call.console, call.request
    request_body.require_writable(console)
    token = await console.accounts.reset_token(call.caller.subject)
    user = console.cluster.inventory.users.get(("", call.caller.subject))
    headers = {}
    if user is not None and guard.cookie_name(request) in request.cookies:
        # A new token ends all sessions; the session of this request continues.
        headers["Set-Cookie"] = cookies.session(console, request, user)
    return responses.send(request, NewToken(token), headers=headers)


async def _remove(call: Call) -> Response:
    console, caller = call.console, call.caller
    if caller.role == ADMIN:
        raise ForbiddenError.of(
            "an administrator cannot delete their own account; use: yurt-console users delete",
            cause="AdministratorAccount",
        )
    fields = JsonReader(await request_body.body(call.request), None)
    email = fields.value("email")
    if not isinstance(email, str) or profile.canonical_email(email.strip()) != caller.email.lower():
        fields.refuse("email", "must be the account's own e-mail")
    fields.done()
    request_body.require_writable(console)
    await console.accounts.remove(caller.subject, caller.uid)
    headers = {"Set-Cookie": cookies.none(call.request), "Cache-Control": responses.NO_STORE}
    return responses.empty(204, headers)


ROUTES: Final = (
    Route(
        "reset_own_token",
        "POST",
        "/account/token",
        Access.TENANT,
        _new_token,
        "Issue a new token; the old one and all other sessions end",
        reply=NewToken,
        reads_cluster=True,
    ),
    Route(
        "delete_own_account",
        "DELETE",
        "/account",
        Access.TENANT,
        _remove,
        "Delete the caller's own account with all its objects",
        status=204,
        body=Removal,
        errors=(413, 415),
        reads_cluster=True,
    ),
)

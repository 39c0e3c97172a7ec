"""``/register`` and ``/registration``: registration of tenants, and its terms."""

from __future__ import annotations

from typing import Final

import msgspec

from yurt_console.api.http import query, request_body, responses
from yurt_console.api.http.query import Parameter
from yurt_console.api.http.responses import Response
from yurt_console.api.http.routing.route import Access, Call, Route


class Registration(msgspec.Struct, frozen=True):
    """The body of ``POST /register``; other fields are ignored."""

    email: str
    phone: str
    organization: str


class Registered(msgspec.Struct, frozen=True):
    """The token of a new account. No later response contains it. ``ready``: the account is provisioned."""

    token: str
    ready: bool


class RegistrationTerms(msgspec.Struct, frozen=True, rename="camel"):
    """Whether registration is open, and the terms of new accounts."""

    mode: str
    """``open``; ``approval``: an administrator approves each account; ``closed``."""
    valid_period: int
    """Days until a new account expires; 0 means no end."""
    max_node_num: int


async def _register(call: Call) -> Response:
    console, request = call.console, call.request
    console.accounts.require_open()
    wait = query.flag(call.parameters, "wait", default=True)
    body = await request_body.body(request)
    request_body.require_writable(console)
    registered = await console.accounts.register(
        **request_body.declared(body, Registration),
        idempotency_key=request.headers.get("idempotency-key"),
        address=request_body.address(request),
        wait=wait,
    )
    return responses.send(request, Registered(registered.token, registered.ready))


async def _terms(call: Call) -> Response:
    settings = call.console.settings
    terms = RegistrationTerms(
        settings.registration.mode, settings.account.valid_period, settings.account.max_node_num
    )
    return responses.send(call.request, terms)


ROUTES: Final = (
    Route(
        "register",
        "POST",
        "/register",
        Access.PUBLIC,
        _register,
        "Register a trial account; waits until it is provisioned",
        reply=Registered,
        body=Registration,
        errors=(400, 403, 409, 413, 415, 429),
        parameters=(
            Parameter(
                "wait",
                "false: answer before the account is provisioned",
                {"type": "boolean", "default": True},
            ),
        ),
        headers=(
            Parameter(
                "Idempotency-Key",
                "a retry with the same key returns the same account",
                {"type": "string", "maxLength": 255},
            ),
        ),
        reads_cluster=True,
    ),
    Route(
        "get_registration",
        "GET",
        "/registration",
        Access.PUBLIC,
        _terms,
        "Whether registration is open, and the terms of new accounts",
        reply=RegistrationTerms,
    ),
)

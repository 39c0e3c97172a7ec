"""Clients with a token, canned responses, and a check that errors contain no secret."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credential, Credentials, Fixed, TokenFile
from yurt_console.kube.errors import (
    KubeError,
)

TOKEN = "t0ken.s3cret-value"


def client(server: str, *, timeout: float = 10.0, source: Fixed | TokenFile | None = None) -> Client:
    return Client(Credentials(server, source or Fixed(Credential(TOKEN))), timeout=timeout)


def always(
    response: Callable[[], web.StreamResponse],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(_: web.Request) -> web.StreamResponse:
        return response()

    return handler


def refusal(code: int, message: str, **headers: str) -> web.Response:
    """A `Status` response."""
    return web.json_response(
        {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": code},
        status=code,
        headers=headers,
    )


async def failure(action: Awaitable[object]) -> KubeError:
    """The error that ``action`` raises, after a check that its texts do not contain the token."""
    with pytest.raises(KubeError) as raised:
        await action
    printed = "".join(traceback.format_exception(raised.value))
    assert TOKEN not in printed + repr(raised.value)
    assert "labelSelector" not in printed
    return raised.value

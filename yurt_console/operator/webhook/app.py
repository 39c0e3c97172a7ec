"""Admission webhook: the ASGI application that the API server calls, served over HTTPS.

Runs in every replica, leader or not. It has no cache: it reads the Node that a request names, so a verdict
never depends on outdated data.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import msgspec

from apimachinery.resources import NODES
from yurt_console.kube.client import Client
from yurt_console.kube.errors import KubeError, NotFound
from yurt_console.operator.stats import Review, WebhookStats
from yurt_console.operator.webhook.registration import MUTATE, VALIDATE
from yurt_console.tenancy.admission import review
from yurt_console.tenancy.admission.decide import DecisionInputs, decide, final, node_in_question
from yurt_console.tenancy.admission.review import Request, Verdict, refused
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL

_log = logging.getLogger(__name__)

LONGEST_BODY = 8 * 1024 * 1024
"""Most bytes of a body. Objects have at most 1.5 MB; a review holds two of them, possibly escaped."""
_LOOKUP_SECONDS = 3.0
_RULES = {MUTATE: decide, VALIDATE: final}


class _TooLong(Exception):
    """The body is longer than `LONGEST_BODY`."""


class Application:
    """Serves ``POST /mutate`` and ``/validate``, and ``GET /healthz``; other paths are 404."""

    def __init__(self, client: Client, console: str, stats: WebhookStats | None = None) -> None:
        """``console``: user name of the console's ServiceAccount."""
        self._client = client
        self._console = console
        self._stats = stats or WebhookStats()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path = scope["path"]
        answer = self._answer(scope["method"], path, receive)
        status, body = await (self._stats.observe(path, answer) if path in _RULES else answer)
        kind = b"application/json" if status == 200 else b"text/plain; charset=utf-8"
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, method: str, path: str, receive: Any) -> tuple[int, bytes]:
        if path == "/healthz":
            return 200, b'"ok"'
        if path not in _RULES:
            return 404, b"not found"
        if method != "POST":
            return 405, b"POST an AdmissionReview"
        try:
            request = review.read(await _body(receive))
        except _TooLong:
            return 413, f"at most {LONGEST_BODY} bytes".encode()
        except msgspec.MsgspecError as error:
            return 400, f"not an AdmissionReview of {review.API_VERSION}: {error}".encode()
        result, verdict = await self._verdict(request, path)
        self._stats.reviews[path, result] += 1
        if verdict.refusals:
            _log.info("refused: %r by %s: %s", request, request.user_info.username, verdict.message)
        return 200, review.answer(request.uid, verdict)

    async def _verdict(self, request: Request, path: str) -> tuple[Review, Verdict]:
        try:
            node = node_in_question(request)
            owner = await self._owner(node) if node else None
            verdict = _RULES[path](request, DecisionInputs(self._console, owner))
        except (KubeError, TimeoutError) as error:
            _log.warning("webhook: cannot read node %s: %s", node, error)
            message = f'cannot read node "{node}" to determine its tenant; try again'
            return Review.ERROR, refused(message)
        except (AttributeError, TypeError, KeyError, ValueError):
            # The API server validates objects first, so this is a bug. Fail closed.
            _log.exception("webhook: cannot evaluate %r", request)
            return Review.ERROR, refused("the object cannot be evaluated")
        return (Review.DENIED if verdict.refusals else Review.ALLOWED), verdict

    async def _owner(self, node: str) -> str | None:
        async with asyncio.timeout(_LOOKUP_SECONDS):
            try:
                found = await self._client.get(NODES, node)
            except NotFound:
                return None
        owner = (found["metadata"].get("labels") or {}).get(TENANT_NODE_LABEL)
        return str(owner) if owner else None


async def _body(receive: Any) -> bytes:
    parts, length = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":  # the API server has disconnected
            return b""
        part = message.get("body", b"")
        length += len(part)
        if length > LONGEST_BODY:
            raise _TooLong
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)

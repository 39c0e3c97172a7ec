"""The webhook client: HTTPS requests of the API server to admission webhooks. I/O.

Failures have the words of Go's HTTP client, which the API server passes on.
"""

from __future__ import annotations

import asyncio
import errno
import functools
import ssl
from collections.abc import Iterable
from urllib.parse import urlsplit

import aiohttp
import msgspec

from kubesim.admission.hooks import Hook
from kubesim.admission.review import Verdict, verdict, whole
from kubesim.admission.webhooks import WebhookAnswers, WebhookCall

_ANSWER_LIMIT = 4 * 1024 * 1024
_REFUSED = {errno.ECONNREFUSED: "connection refused", errno.EHOSTUNREACH: "no route to host"}
_CLIENT_ERRORS = {
    400: "the server rejected our request for an unknown reason",
    401: "the server has asked for the client to provide credentials",
    403: "unknown",
    404: "the server could not find the requested resource",
    405: "the server does not allow this method on the requested resource",
}


class WebhookClient:
    """Calls webhooks; connections stay open until `close`."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def call(self, calls: Iterable[WebhookCall], answers: WebhookAnswers) -> None:
        """Call webhooks concurrently and store their answers. Never raises: a failure is an answer, too."""
        pending = list(calls)
        verdicts = await asyncio.gather(*map(self._answer, pending))
        answers.verdicts.update((one.key, found) for one, found in zip(pending, verdicts, strict=True))

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _answer(self, question: WebhookCall) -> Verdict:
        if question.failure:
            return Verdict(question.failure)
        hook = question.hook
        try:
            async with asyncio.timeout(hook.seconds):
                status, body = await self._post(hook, msgspec.json.encode(whole(question.request)))
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            return Verdict(f'Post "{hook.address}": {_problem(error, hook)}')
        if status >= 300:
            failed = (
                f'an error on the server ("{_first_line(body)}") has prevented the request from succeeding'
            )
            return Verdict(_CLIENT_ERRORS.get(status, failed))
        return verdict(question.uid, body, mutating=question.mutating)

    async def _post(self, hook: Hook, body: bytes) -> tuple[int, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(headers={"User-Agent": "kube-apiserver-admission"})
        async with self._session.post(
            hook.address,
            data=body,
            ssl=_context(hook.authorities),
            headers={"Content-Type": "application/json", "Accept": "application/json, */*"},
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None),
        ) as response:
            answer = await response.content.read(_ANSWER_LIMIT)
            return response.status, answer


@functools.lru_cache(maxsize=64)
def _context(authorities: bytes) -> ssl.SSLContext:
    """A TLS context that trusts these CA certificates, or the system's for none. Raises ValueError."""
    return ssl.create_default_context(cadata=authorities.decode() if authorities else None)


def _problem(error: Exception, hook: Hook) -> str:
    place = urlsplit(hook.address)
    if isinstance(error, TimeoutError):
        return "context deadline exceeded"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | ssl.SSLCertVerificationError):
        known = getattr(error, "certificate_error", error)
        text = getattr(known, "verify_message", "") or str(known)
        if "issuer certificate" in text or "self" in text:
            return "x509: certificate signed by unknown authority"
        return f"x509: {text}"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"dial tcp: lookup {place.hostname}: no such host"
    if isinstance(error, aiohttp.ClientConnectorError):
        refused = _REFUSED.get(error.os_error.errno or 0)
        if refused:
            return f"dial tcp {place.hostname}:{place.port or 443}: connect: {refused}"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "EOF"
    return " ".join(str(error).split()) or type(error).__name__


def _first_line(body: bytes) -> str:
    text = body.decode(errors="replace").strip()
    return "unknown" if not text or len(text) < 200 else text.splitlines()[0]

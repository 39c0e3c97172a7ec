"""Translates what breaks on a connection into `KubeError`s (pure).

aiohttp's own texts may hold addresses with their query, or what the server sent: none is repeated.
"""

from __future__ import annotations

import os
import ssl

import aiohttp
from yarl import URL

from yurt_console.kube.errors import MalformedReply, Unreachable

FAILURES = (aiohttp.ClientError, OSError, TimeoutError)
"""What a connection raises."""


def translated(error: Exception, address: URL) -> Unreachable | MalformedReply:
    """The `KubeError` for one of `FAILURES` at ``address``."""
    where = f"{address.host}:{address.port}"
    match error:
        case aiohttp.ClientConnectorCertificateError():
            why = error.certificate_error
            what = getattr(why, "verify_message", "") or "it is not the server we look for"
            return Unreachable(f"{where}: its certificate is not trusted: {what}")
        case aiohttp.ClientSSLError():
            return Unreachable(f"{where}: TLS failed")
        case TimeoutError():
            return Unreachable(f"{where}: no answer in time")
        case aiohttp.ClientConnectorError():
            number = error.os_error.errno or 0
            known = os.strerror(number) if number > 0 else ""  # resolvers have numbers of their own
            return Unreachable(f"{where}: {known or error.os_error.strerror or 'cannot be reached'}")
        case aiohttp.ContentTypeError() | aiohttp.ClientResponseError() | aiohttp.InvalidURL():
            return MalformedReply(f"{where}: the reply is not HTTP as we know it")
        case ssl.SSLError():
            return Unreachable(f"{where}: TLS failed")
        case _:
            return Unreachable(f"{where}: the connection was lost")

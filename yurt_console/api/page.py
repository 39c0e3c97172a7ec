"""``/console/``: the web page, one ``index.html`` for every address below it, and the files it is made of.

The page is built by ``make web`` (in a wheel: while the wheel was built) into the folder beside this
module (`api.files`), and served from memory. Each time ``index.html`` is served it carries a nonce that
was never used before: only scripts and styles with that nonce, or from our own origin, run.
"""

from __future__ import annotations

import secrets
from pathlib import PurePosixPath
from typing import Final

from apimachinery.errors import NotFoundError
from yurt_console.api.http import responses
from yurt_console.api.http.responses import Response
from yurt_console.api.http.route import Access, Call, Route

NONCE: Final = b"__CSP_NONCE__"
"""What the build writes where the nonce goes."""
_PREFIX: Final = "/console"
_ASSETS: Final = "/assets/"
"""Below this every file has its contents' hash in its name."""
_INDEX: Final = "/index.html"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_AN_HOUR: Final = "public, max-age=3600"
_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
"""The build makes no other files; what the system thinks of suffixes differs from machine to machine."""
_NOT_BUILT: Final = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Yurt Console</title>
<h1>Yurt Console</h1>
<p>The web page is not part of this build: <code>make web</code> builds it.</p>
<p>The HTTP API is: <a href="/schema">its description</a>, <a href="/version">its version</a>,
<a href="/readyz">how it does</a>.</p>
</html>
"""


def policy(nonce: str) -> str:
    """What a page with ``nonce`` may load and run; inline styles and scripts only with the nonce."""
    return (
        "default-src 'none'; "
        f"script-src 'self' 'nonce-{nonce}'; "
        f"style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


async def _page(call: Call) -> Response:
    path = call.request.scope["path"].removeprefix(_PREFIX)
    files = call.console.page
    file = None if path == _INDEX else files.get(path)
    if file is not None:
        kind = _TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")
        cache = _FOR_EVER if path.startswith(_ASSETS) else _AN_HOUR
        return responses.send(call.request, responses.Body(*file), cache=cache, media_type=kind)
    if path.startswith(_ASSETS):
        raise NotFoundError.of("this file is not part of the page; reload it")
    index = files.get(_INDEX)
    if index is None:
        return responses.send(call.request, responses.Body(_NOT_BUILT), media_type="text/html")
    nonce = secrets.token_urlsafe(16)
    html = responses.Body(index.plain.replace(NONCE, nonce.encode()))
    headers = {"Content-Security-Policy": policy(nonce)}
    return responses.send(call.request, html, media_type="text/html", headers=headers)


async def _root(_call: Call) -> Response:
    return responses.empty(307, {"Location": f"{_PREFIX}/", "Cache-Control": responses.NO_STORE})


ROUTES: Final = (
    Route("GET", "/", Access.PUBLIC, _root, "To the web page", status=307, media_type=""),
    Route("GET", _PREFIX, Access.PUBLIC, _page, "The web page", media_type="text/html"),
)
BELOW: Final = Route(
    "GET",
    f"{_PREFIX}/{{path:path}}",
    Access.PUBLIC,
    _page,
    "The web page's own addresses and files",
    media_type="text/html",
)
"""Not in the OpenAPI document: what is below is the page's own business."""

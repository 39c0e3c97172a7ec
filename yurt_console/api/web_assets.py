"""Static files of the single-page application at ``/console/``; every other path below it is ``index.html``.

``make web`` (in a wheel: its build) puts them into the folder beside this module; they are served from
memory. Each ``index.html`` carries a fresh Content-Security-Policy nonce: only scripts and styles with that
nonce, or from our own origin, run.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from apimachinery.errors import NotFoundError
from yurt_console.api.http import responses
from yurt_console.api.http.responses import Response
from yurt_console.api.http.routing.route import Access, Call, Route

FOLDER: Final = Path(__file__).parent / "page"
"""Where the build puts the files."""
NONCE: Final = b"__CSP_NONCE__"
"""The build's placeholder for the nonce."""
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
"""Media types of all files that the build makes; a system's own table differs from machine to machine."""
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


def load(folder: Path = FOLDER) -> Mapping[str, responses.Body]:
    """The files in ``folder`` by path, ``/index.html`` among them, with the gzip that the build made of each.

    Empty when the page is not built.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".gz":
            packed = path.with_name(f"{path.name}.gz")
            body = responses.Body(path.read_bytes(), packed.read_bytes() if packed.exists() else b"")
            found[f"/{path.relative_to(folder).as_posix()}"] = body
    return found


def policy(nonce: str) -> str:
    """The Content-Security-Policy of a page: inline scripts and styles run with ``nonce`` only."""
    return (
        "default-src 'none'; "
        f"script-src 'self' 'nonce-{nonce}'; "
        f"style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


async def _asset(call: Call) -> Response:
    path = call.request.scope["path"].removeprefix(_PREFIX)
    files = call.console.web_assets
    file = None if path == _INDEX else files.get(path)
    if file is not None:
        media_type = _TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")
        cache = _FOR_EVER if path.startswith(_ASSETS) else _AN_HOUR
        return responses.send(call.request, file, cache=cache, media_type=media_type)
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
    Route(
        "redirect_to_web_page", "GET", "/", Access.PUBLIC, _root, "To the web page", status=307, media_type=""
    ),
    Route("get_web_page", "GET", _PREFIX, Access.PUBLIC, _asset, "The web page", media_type="text/html"),
)
BELOW: Final = Route(
    "get_web_asset",
    "GET",
    f"{_PREFIX}/{{path:path}}",
    Access.PUBLIC,
    _asset,
    "The web page's own addresses and files",
    media_type="text/html",
)
"""Routes that are not in the OpenAPI document: they serve the web page."""

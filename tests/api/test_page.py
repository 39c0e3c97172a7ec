"""The web page as browsers get it: one document for every address below /console, files that never change."""

from __future__ import annotations

import dataclasses
import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.api.world import Browser, build, serving
from yurt_console.api import web_assets

INDEX = b"""<!doctype html><html><head>
<meta property="csp-nonce" nonce="__CSP_NONCE__"><script nonce="__CSP_NONCE__"></script>
</head></html>"""
SCRIPT = b"console.log(1);\n" * 200


def built(folder: Path) -> Path:
    """A page as the build leaves it."""
    (folder / "assets").mkdir()
    (folder / "index.html").write_bytes(INDEX)
    (folder / "favicon.svg").write_bytes(b"<svg/>")
    (folder / "assets" / "app-1a2b.js").write_bytes(SCRIPT)
    (folder / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT, 9))
    return folder


@pytest_asyncio.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    world = await build()
    world.console = dataclasses.replace(world.console, web_assets=web_assets.load(built(tmp_path)))
    async with serving(world) as browser:
        yield browser


async def test_every_address_of_the_page_is_its_one_document(browser: Browser) -> None:
    root = await browser.send("GET", "/")
    paths = (
        root.headers["location"],
        "/console",
        "/console/nodes",
        "/console/pods/ns/app.js",
        "/console/index.html",
    )
    replies = [await browser.send("GET", path) for path in paths]

    assert root.headers["location"] == "/console/"
    for reply in replies:
        assert reply.status == 200
        assert reply.headers["content-type"].startswith("text/html")
        assert reply.headers["cache-control"] == "no-store"
        assert b"csp-nonce" in reply.body


async def test_each_serving_has_a_nonce_of_its_own_that_its_policy_names(browser: Browser) -> None:
    replies = [await browser.send("GET", "/console/nodes") for _ in range(3)]

    nonces = [re.findall(rb'nonce="([^"]+)"', reply.body) for reply in replies]
    assert all(len(set(found)) == 1 and len(found) == 2 for found in nonces)
    assert len({found[0] for found in nonces}) == 3
    for reply, found in zip(replies, nonces, strict=True):
        policy = dict(
            part.strip().partition(" ")[::2] for part in reply.headers["content-security-policy"].split(";")
        )
        assert policy["script-src"] == policy["style-src"] == f"'self' 'nonce-{found[0].decode()}'"
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in reply.headers["content-security-policy"]
        assert reply.headers["x-content-type-options"] == "nosniff"


async def test_files_with_their_hash_in_the_name_are_kept_for_ever(browser: Browser) -> None:
    script = await browser.send("GET", "/console/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip"})
    plain = await browser.send("GET", "/console/assets/app-1a2b.js", headers={"Accept-Encoding": "identity"})
    icon = await browser.send("GET", "/console/favicon.svg")

    assert script.headers["content-encoding"] == "gzip"
    assert script.body == plain.body == SCRIPT
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"].startswith("text/javascript")
    assert icon.headers["cache-control"] == "public, max-age=3600"
    assert icon.headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize("path", ["app-old.js", "app-1a2b.js.gz", "..%2findex.html", "%00"])
async def test_a_file_that_is_not_part_of_the_page_is_404(browser: Browser, path: str) -> None:
    reply = await browser.send("GET", f"/console/assets/{path}")

    assert (reply.status, reply.json["reason"]) == (404, "NotFound")


async def test_a_page_that_was_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    world = await build()
    world.console = dataclasses.replace(world.console, web_assets=web_assets.load(tmp_path))
    async with serving(world) as browser:
        page = await browser.send("GET", "/console/")

    assert page.status == 200
    assert b"make web" in page.body
    assert b"/schema" in page.body

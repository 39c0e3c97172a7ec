"""The bare page: the reference for first rows and interactions, as fast as this browser can be.

A static HTML page that fetches a list, ready-made from the floor, and fills a table by plain DOM calls: no
framework, no styles, no router.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import Page

from bench.cluster.endpoint import Endpoint, Recorded, Reply, fetch_reply
from bench.cluster.processes import Floor
from bench.report.model import Promise

FIRST_ROWS = Promise("first rows, slowest", 20, "x the bare page")
INTERACTION = Promise("slowest interaction", 4, "x the bare page")
FIRST_ROW = "() => document.querySelector('main tbody tr, main [data-state=empty]') && performance.now()"
"""Milliseconds from the start of the navigation, once a first row or the empty state is in the document."""
PODS = "/pods?limit=50"
_HTML = """<!doctype html><meta charset="utf-8"><title>Bare page</title>
<main><table><tbody></tbody></table></main>
<script>
fetch("TARGET").then((reply) => reply.json()).then((list) => {
  const body = document.querySelector("tbody");
  for (const item of Object.values(list).find(Array.isArray)) {
    const row = body.insertRow();
    for (const value of Object.values(item)) row.insertCell().textContent = String(value);
  }
});
</script>
"""


@contextmanager
def served(console: Endpoint, target: str, log: Path) -> Iterator[str]:
    """Serve the bare page with the console's reply for the list ``target``; yields its URL."""
    html = _HTML.replace("TARGET", target).encode()
    headers = (("content-type", "text/html; charset=utf-8"), ("content-length", str(len(html))))
    replies = [
        Recorded("/bare", Reply(200, headers, html)),
        Recorded(target, fetch_reply(console, target, gzip=True)),
    ]
    with Floor(replies, log) as floor:
        floor.wait_ready()
        yield f"{floor.endpoint.url}/bare"


async def first_rows(page: Page, url: str) -> float:
    """Milliseconds from the start of the navigation to ``url`` until its first row."""
    await page.goto(url, wait_until="commit")
    handle = await page.wait_for_function(FIRST_ROW, polling="raf")
    return float(await handle.json_value())

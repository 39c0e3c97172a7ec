"""The tests' own eyes: what must fail a test does."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.e2e.conftest import Visit

TROUBLE = {
    "an error on the console": ("console.error('oh no')", "console: oh no"),
    "an exception": ("setTimeout(() => { throw new TypeError('oh no'); })", "thrown: TypeError: oh no"),
    "an inline script": (
        "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))",
        "Content Security Policy violated: script-src-elem inline",
    ),
    "a style attribute in markup": (
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')",
        "Content Security Policy violated: style-src-attr inline",
    ),
    "another host": (
        "document.body.append(Object.assign(new Image(), {src: 'http://localhost:9/'}))",
        "another host: http://localhost:9/",
    ),
}


@pytest.mark.parametrize("trouble", TROUBLE)
async def test_trouble_on_a_page_is_noticed(visit: Visit, trouble: str) -> None:
    script, complaint = TROUBLE[trouble]
    visitor = await visit()
    await visitor.load("/login")
    assert not visitor.errors

    await visitor.page.evaluate(f"() => {{ {script}; }}")
    deadline = time.monotonic() + 5
    while not any(complaint in each for each in visitor.errors):
        assert time.monotonic() < deadline, visitor.errors
        await asyncio.sleep(0.02)
    visitor.expect(".")

"""The law of the overview: what is remembered of it says what a count from nothing would say."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import rows
from tests.api.world import build
from tests.counted_rows import labelled, steps
from yurt_console.api import overview
from yurt_console.api.http.caching.memo import Memo
from yurt_console.api.http.state import Console
from yurt_console.rows import Row
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL

_CREATED = datetime.fromisoformat(rows.CREATED).timestamp()


def _anew(console: Console, scope: str | None) -> tuple[bytes, str]:
    body, tag = overview.cached_overview(dataclasses.replace(console, replies=Memo(0)), scope)
    return body.plain, tag


@given(st.lists(st.one_of(steps(), st.integers(1, 3600)), max_size=25))
@settings(max_examples=150, deadline=None)
def test_what_is_remembered_is_never_behind_the_rows_or_the_clock(
    changes: list[tuple[str, Row | None, tuple[str, str]] | int],
) -> None:
    world = asyncio.run(build())
    world.clock[0] = _CREATED  # when a node may have gone offline
    for change in changes:
        if isinstance(change, int):
            world.clock[0] += change
        else:
            kind, row, key = change
            table = world.console.cluster.inventory.table(kind)
            if row is None:
                table.remove(key)
            else:
                table.put(row)
        for scope in (None, "user-a", "user-b"):
            body, tag = overview.cached_overview(world.console, scope)
            assert (body.plain, tag) == _anew(world.console, scope)


async def test_autonomy_that_runs_out_shows_although_no_row_changed() -> None:
    world = await build()
    autonomy = {"node.openyurt.io/autonomy-duration": "30m"}
    labels = {**labelled(TENANT_NODE_LABEL, "user-a"), "openyurt.io/is-edge-worker": "true"}
    world.clock[0] = _CREATED + 60
    world.put("nodes", rows.node("n", labels=labels, annotations=autonomy, ready="Unknown"))
    before, _ = overview.cached_overview(world.console, "user-a")

    world.clock[0] += 3600
    after, _ = overview.cached_overview(world.console, "user-a")

    assert b'{"status":"Autonomous","num":1}' in before.plain
    assert b'{"status":"Offline","num":1}' in after.plain


async def test_what_a_node_uses_shows_although_nothing_else_changed() -> None:
    world = await build()
    world.put("nodes", rows.node("n", labels=labelled(TENANT_NODE_LABEL, "user-a")))
    shown = []
    for millicores in (100, 250):
        world.put("usage", rows.usage("n", cpu=millicores))
        for scope in ("user-a", None):
            body, _ = overview.cached_overview(world.console, scope)
            shown.append(json.loads(body.plain)["capacity"]["cpu"]["usage"])

    assert shown == [100, 100, 250, 250]

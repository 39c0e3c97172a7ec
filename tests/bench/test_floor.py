"""The floor sends what was recorded, and the load generator measures a server."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.cluster.endpoint import Endpoint, Recorded, Reply, request
from bench.cluster.processes import Floor
from bench.load.http_client import Load, LoadResult
from bench.load.programs import run_program
from bench.suites.page_views import PageLoad, record
from bench.suites.views import ADMIN, View

_BODY = gzip.compress(b'{"items":[]}')
_HEADERS = (
    ("content-type", "application/json"),
    ("content-encoding", "gzip"),
    ("etag", 'W/"1"'),
    ("vary", "Accept-Encoding"),
    ("content-length", str(len(_BODY))),
)
_REPLIES = [
    Recorded("/pods?limit=50&sort=-name", Reply(200, _HEADERS, _BODY)),
    Recorded("/pods", Reply(200, (("content-length", "2"),), b"[]")),
]


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    folder: Path = tmp_path_factory.mktemp("floor")
    with Floor(_REPLIES, folder / "floor.log") as floor:
        floor.wait_ready()
        yield floor


@pytest.mark.parametrize("recorded", _REPLIES, ids=lambda recorded: recorded.target)
def test_a_recorded_reply_is_sent_byte_for_byte(floor: Floor, recorded: Recorded) -> None:
    reply = request(floor.endpoint, recorded.target, gzip=True)

    headers = tuple(header for header in reply.headers if header[0] != "date")
    assert Reply(reply.status, headers, reply.body) == recorded.reply


def test_a_target_that_was_not_recorded_is_not_found(floor: Floor) -> None:
    assert request(floor.endpoint, "/pods?limit=51").status == 404


def test_a_recording_of_the_floor_is_the_floor_again(floor: Floor) -> None:
    view = View(what="", role=ADMIN, console=tuple((each.target,) for each in _REPLIES))

    again = record(floor.endpoint, view)

    assert [each.target for each in again] == [each.target for each in _REPLIES]
    assert [each.reply.body for each in again] == [each.reply.body for each in _REPLIES]


def test_the_load_generator_counts_every_view(floor: Floor) -> None:
    views = tuple((each.target,) for each in _REPLIES)
    load = Load(floor.endpoint, views, clients=3, warm_up=3, views_at_least=30, seconds_at_least=0)

    result = run_program("http_client", load, LoadResult)

    assert len(result.milliseconds) == 30
    assert result.problem == ""
    assert all(0 < each <= result.elapsed * 1000 for each in result.milliseconds)


def test_a_reply_that_is_not_200_ends_the_measurement(floor: Floor) -> None:
    view = View(what="a page", role=ADMIN, console=(("/missing",),))

    with pytest.raises(RuntimeError, match=r"a page: HTTP/1\.1 404"):
        PageLoad(view, floor.endpoint, view.console, 2).measure(at_least=10, seconds=0, process=floor)


def test_a_round_measures_the_cpu_of_the_server(floor: Floor) -> None:
    view = View(what="a page", role=ADMIN, console=(("/pods",),))
    load = PageLoad(view, Endpoint(floor.endpoint.url, "token"), view.console, 2)

    load.measure(at_least=300, seconds=0, process=floor)
    load.measure(at_least=300, seconds=0, process=floor)

    assert len(load.cpu) == len(load.latencies) == len(load.p99) == 2
    assert all(0 < cpu < 10 for cpu in load.cpu)

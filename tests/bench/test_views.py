"""The views that the bench requests and what it promises of them."""

from __future__ import annotations

import pytest

from bench.cluster.scale import Scale
from bench.report.model import FloorComparison, ViewRow
from bench.report.statistics import Latency
from bench.suites.page_views import CLIENTS, FLOOR_CLIENTS, checks
from bench.suites.views import Promises, floor_views, pod_pages, views

_SMALL = Scale(nodes=30, pods=420, tenants=3)
_LARGE = Scale(nodes=5000, pods=100_000)


def test_pages_of_pods_are_so_many_that_hardly_any_is_asked_twice() -> None:
    pages = pod_pages(Scale())

    assert len(set(pages)) > 0.5 * len(pages)
    assert len({page.partition("&q=")[2] for page in pages}) > 1000


def test_the_floor_has_as_many_clients_as_one_column_of_the_console() -> None:
    assert FLOOR_CLIENTS in CLIENTS


@pytest.mark.parametrize(("size", "selected"), [(_SMALL, 8), (Scale(), 8), (_LARGE, 30)])
def test_what_is_remembered_is_promised_twice_the_floor_and_a_page_of_pods_more(
    size: Scale, selected: float
) -> None:
    assert [view.promises.floor for view in floor_views(size)] == [2, 2, 2, selected]


def test_a_view_of_changing_objects_has_no_promise_and_every_other_has_one() -> None:
    for view in views(Scale()):
        assert (view.promises == Promises()) == bool(view.changing), view.what


def test_a_ratio_to_the_api_server_is_promised_only_beside_a_request_to_it() -> None:
    for view in (*views(_SMALL), *views(Scale()), *views(_LARGE)):
        needs = view.promises.api_server is not None or view.promises.body is not None
        assert view.api_server or not needs, view.what


def _row(cpu: float, p99: float, alone: float, size: int) -> ViewRow:
    return ViewRow(
        what="",
        console={1: Latency(1, alone, 300), FLOOR_CLIENTS: Latency(1, 9, 300)},
        console_cpu={1: 0.1, FLOOR_CLIENTS: 0.1},
        floor=FloorComparison(FLOOR_CLIENTS, Latency(1, 3, 300), 0.05, cpu, p99),
        api_server={1: Latency(100, 900, 300)},
        size=size,
        gzipped=1,
        api_server_size=1000,
    )


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        (_row(cpu=2, p99=2, alone=50, size=100), ()),
        (_row(cpu=2.1, p99=2, alone=50, size=100), ("CPU a view, 20 clients",)),
        (_row(cpu=2, p99=2.1, alone=50, size=100), ("p99, 20 clients",)),
        (_row(cpu=2, p99=2, alone=51, size=100), ("p99, 1 client",)),
        (_row(cpu=2, p99=2, alone=50, size=101), ("body",)),
    ],
)
def test_each_ratio_of_a_view_is_held_against_its_own_promise(row: ViewRow, broken: tuple[str, ...]) -> None:
    view = floor_views(Scale())[0]
    promised = type(view)(
        what=view.what,
        role=view.role,
        console=view.console,
        promises=Promises(floor=2, api_server=0.5, body=0.1),
    )

    found = checks([promised], [row]).checks

    assert len(found) == 4
    assert tuple(check.promise.what for check in found if not check.is_met) == broken

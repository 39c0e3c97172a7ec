"""Measures views: the console, the floor and the API server in turn, in several rounds."""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.cluster.endpoint import Endpoint, Recorded, fetch, fetch_reply
from bench.cluster.filled import Cluster
from bench.cluster.processes import Console, Floor, Measured
from bench.load.change_subscribers import ChangeLoad
from bench.load.http_client import Load, LoadResult
from bench.load.programs import run_program
from bench.report.model import Check, FloorComparison, Promise, Section, ViewRow
from bench.report.statistics import duration_text, latency, median_ratio, percentile, size_text
from bench.suites.views import PODS, View

CLIENTS = (1, 20)
FLOOR_CLIENTS = 20
CHANGES_A_SECOND = 20.0
"""Objects that change, and views, a second in the rows with changes."""
RECORDED = 200
"""Variants of a view that the floor replays: which of them it sends makes no difference to it."""
_API_SERVER_SECONDS = 10.0
"""The API server gets no further round of a view after this many seconds."""
_API_SERVER_BYTES = 2**30
"""The API server gets no requests for more bytes at once: they would measure the machine's memory."""


class PageLoad:
    """One view requested by ``clients`` clients from one server, round after round."""

    def __init__(
        self, view: View, server: Endpoint, variants: Sequence[tuple[str, ...]], clients: int
    ) -> None:
        self.view = view
        self.clients = clients
        self.cpu: list[float] = []
        """Milliseconds of the process's CPU for one view, by round."""
        self.latencies: list[tuple[float, ...]] = []
        """Milliseconds of each view, by round."""
        self.seconds = 0.0
        self._server = server
        self._variants = deque(variants)

    @property
    def p99(self) -> list[float]:
        """99th percentile of each round."""
        return [percentile(round_, 99) for round_ in self.latencies]

    def measure(self, *, at_least: int, seconds: float, process: Measured | None = None) -> None:
        """One round, with the variants that follow those of the last round.

        ``process`` is the server, for its CPU. Without it the server is the API server, which gets no more
        than ``seconds``. Raises RuntimeError when a reply is not 200.
        """
        load = Load(
            server=self._server,
            views=tuple(self._variants),
            clients=self.clients,
            warm_up=self.clients if process is None else max(20, 2 * self.clients),
            views_at_least=at_least,
            seconds_at_least=seconds if process else 0.0,
            seconds_at_most=20.0 if process else seconds,
            pause=self.clients / CHANGES_A_SECOND if self.view.changing else 0.0,
            gzip=process is not None,
        )
        before = process.cpu() if process else 0.0
        result = run_program("http_client", load, LoadResult)
        requested = len(result.milliseconds) + load.warm_up
        if result.problem:
            raise RuntimeError(f"{self.view.what}: {result.problem}")
        if process:
            self.cpu.append((process.cpu() - before) * 1000 / requested)
        self.latencies.append(result.milliseconds)
        self.seconds += result.elapsed
        self._variants.rotate(-requested)


@dataclass
class _Row:
    view: View
    console: dict[int, PageLoad]
    floor: PageLoad | None
    api_server: dict[int, PageLoad]
    size: int
    gzipped: int
    api_server_size: int

    def result(self) -> ViewRow:
        return ViewRow(
            what=self.view.what,
            console={count: latency(load.latencies) for count, load in self.console.items()},
            console_cpu={count: statistics.median(load.cpu) for count, load in self.console.items()},
            floor=_comparison(self.console[FLOOR_CLIENTS], self.floor) if self.floor else None,
            api_server={count: latency(load.latencies) for count, load in self.api_server.items()},
            size=self.size,
            gzipped=self.gzipped,
            api_server_size=self.api_server_size,
        )


def measure_views(
    views: Sequence[View],
    console: Console,
    tokens: Mapping[str, str],
    folder: Path,
    rounds: int,
    *,
    cluster: Cluster | None = None,
    clients: Sequence[int] = CLIENTS,
    seconds: float = 1.0,
) -> list[ViewRow]:
    """Measure ``views`` with the roles' ``tokens``; every round goes through all of them.

    The API server is measured, and objects change, only with a ``cluster``. ``clients`` must hold
    `FLOOR_CLIENTS`. Raises RuntimeError.
    """
    with contextlib.ExitStack() as stack:
        consoles = {role: Endpoint(console.endpoint.url, token) for role, token in tokens.items()}
        floors = {}
        for role in {view.role for view in views}:
            replies = [each for view in views if view.role == role for each in record(consoles[role], view)]
            floors[role] = stack.enter_context(Floor(replies, folder / "floor.log"))
            floors[role].wait_ready()
        rows = []
        for view in views:
            floor = Endpoint(floors[view.role].endpoint.url, tokens[view.role])
            rows.append(_row(view, consoles[view.role], floor, cluster, clients))
        for _ in range(rounds):
            for row in rows:
                with _changing(cluster, row.view.changing):
                    _measure_round(row, console, floors[row.view.role], seconds)
    return [row.result() for row in rows]


def record(console: Endpoint, view: View) -> list[Recorded]:
    """The console's replies to the first variants of ``view``, as the load generator requests them."""
    targets = dict.fromkeys(target for variant in view.console[:RECORDED] for target in variant)
    return [Recorded(target, fetch_reply(console, target, gzip=True)) for target in targets]


def _row(
    view: View, console: Endpoint, floor: Endpoint, cluster: Cluster | None, clients: Sequence[int]
) -> _Row:
    api_server_size = _api_server_size(cluster.server, view) if cluster else 0
    return _Row(
        view=view,
        console={count: PageLoad(view, console, view.console, count) for count in clients},
        floor=None if view.changing else PageLoad(view, floor, view.console[:RECORDED], FLOOR_CLIENTS),
        api_server={
            count: PageLoad(view, cluster.server, view.api_server, count)
            for count in clients
            if cluster and 0 < api_server_size * count < _API_SERVER_BYTES
        },
        size=sum(len(fetch(console, target)) for target in view.console[0]),
        gzipped=sum(len(fetch(console, target, gzip=True)) for target in view.console[0]),
        api_server_size=api_server_size,
    )


def _measure_round(row: _Row, console: Console, floor: Floor, seconds: float) -> None:
    at_least = 100 if row.view.changing else 300
    for count, load in row.console.items():
        load.measure(at_least=at_least, seconds=seconds, process=console)
        if row.floor and count == FLOOR_CLIENTS:
            row.floor.measure(at_least=at_least, seconds=seconds, process=floor)
    for load in row.api_server.values():
        if load.seconds < _API_SERVER_SECONDS:
            load.measure(at_least=100, seconds=3.0)


def _comparison(console: PageLoad, floor: PageLoad) -> FloorComparison:
    return FloorComparison(
        clients=FLOOR_CLIENTS,
        floor=latency(floor.latencies),
        floor_cpu=statistics.median(floor.cpu),
        cpu_ratio=median_ratio(console.cpu, floor.cpu),
        p99_ratio=median_ratio(console.p99, floor.p99),
    )


def checks(views: Sequence[View], rows: Sequence[ViewRow]) -> Section:
    """The promises of ``views``, checked with what was measured of them."""
    return Section(
        checks=tuple(
            check for view, row in zip(views, rows, strict=True) for check in _view_checks(view, row)
        )
    )


def _view_checks(view: View, row: ViewRow) -> Iterator[Check]:
    promises, floor = view.promises, row.floor
    if promises.floor and floor:
        yield Check(
            row=view.what,
            promise=Promise(f"CPU a view, {floor.clients} clients", promises.floor, "x the floor"),
            measured=floor.cpu_ratio,
            value=duration_text(row.console_cpu[floor.clients]),
            reference=f"floor {duration_text(floor.floor_cpu)}",
        )
        yield Check(
            row=view.what,
            promise=Promise(f"p99, {floor.clients} clients", promises.floor, "x the floor"),
            measured=floor.p99_ratio,
            value=duration_text(row.console[floor.clients].p99),
            reference=f"floor {duration_text(floor.floor.p99)}",
        )
    if promises.api_server and 1 in row.api_server:
        p99, reference = row.console[1].p99, row.api_server[1].p50
        yield Check(
            row=view.what,
            promise=Promise("p99, 1 client", promises.api_server, "x the API server's median"),
            measured=p99 / reference,
            value=duration_text(p99),
            reference=f"API server {duration_text(reference)}",
        )
    if promises.body and row.api_server_size:
        yield Check(
            row=view.what,
            promise=Promise("body", promises.body, "x the API server's"),
            measured=row.size / row.api_server_size,
            value=size_text(row.size),
            reference=f"API server {size_text(row.api_server_size)}",
        )


@contextlib.contextmanager
def _changing(cluster: Cluster | None, resource: str) -> Iterator[None]:
    """Change pods or nodes in the background; "" changes nothing."""
    if not resource or cluster is None:
        yield
        return
    changing = cluster.pods if resource == PODS else cluster.nodes
    load = ChangeLoad(cluster.server, cluster.server, (), changing, rate=CHANGES_A_SECOND, seconds=3600)
    writer = subprocess.Popen([sys.executable, "-m", "bench.load.change_subscribers"], stdin=subprocess.PIPE)
    try:
        assert writer.stdin is not None
        writer.stdin.write(msgspec.json.encode(load))
        writer.stdin.close()
        time.sleep(1)
        yield
        if writer.poll() is not None:
            raise RuntimeError("the writer of changes exited")
    finally:
        writer.kill()
        writer.wait()


def _api_server_size(server: Endpoint, view: View) -> int:
    """Bytes of the API server's replies; 0 when it gives up, as it does after a minute."""
    if view.changing or not view.api_server:
        return 0
    try:
        return sum(len(fetch(server, target)) for target in view.api_server[0])
    except RuntimeError as refused:
        print(f"the API server: {refused}", file=sys.stderr)
        return 0

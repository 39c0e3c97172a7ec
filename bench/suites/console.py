"""The default mode: a console on a filled cluster, beside its API server and the floor."""

from __future__ import annotations

import operator
import statistics
import sys
from pathlib import Path

from bench.cluster import filled
from bench.cluster.processes import Console
from bench.cluster.scale import Scale
from bench.load.listing import ListResult
from bench.report.machine import machine
from bench.report.model import Check, Fact, Promise, Report, Section, report
from bench.report.statistics import duration_text, median_and_p99, percentile, size_text
from bench.suites import measurements
from bench.suites.measurements import Changes, Readiness, Requests
from bench.suites.page_views import checks, measure_views
from bench.suites.views import ADMIN, PAGES, TENANT, views
from yurt_console.settings import Settings

CHANGE = Promise("p99", 1.5, "x the interval of change events")
MISSING_CHANGES = Promise("changes not shown within 10 s", 0, "")
READY = Promise("time to ready", 1.3, "x listing everything")
MEMORY = Promise("memory after all of this", 0.8, "x the JSON of all objects")
MEMORY_PODS = 100_000
"""Memory is promised from this number of pods on: below, most of it is code and caches."""
REQUESTS = Promise("requests to Kubernetes", 0, "")
_ANY_STREAMS = ("--streams-per-account", "0", "--streams-per-address", "0")
"""All browsers of the measurement come from one address and share a few accounts."""


def run(folder: Path, size: Scale, *, browsers: int, seconds: float, rounds: int) -> Report:
    """Measure everything. Raises RuntimeError, OSError or subprocess.SubprocessError."""
    before = machine()
    log = folder / "console.log"
    rows = views(size)
    _progress("a console on an empty cluster")
    empty = measurements.empty_memory(folder)
    _progress(f"a cluster of {size.nodes:,} nodes and {size.pods:,} pods")
    with filled.start(folder, size) as cluster:
        _progress("time to ready")
        readiness = measurements.time_to_ready(cluster.kubeconfig, log, rounds)
        with Console(cluster.kubeconfig, log, *_ANY_STREAMS) as console:
            console.wait_ready()
            when_ready = console.memory()
            _progress("views")
            tokens = {ADMIN: cluster.accounts.admin, TENANT: cluster.accounts.tenants[0]}
            measured = measure_views(rows, console, tokens, folder, rounds, cluster=cluster)
            _progress(f"changes for {browsers} browsers")
            changes = measurements.changes(console, cluster, browsers, seconds)
            resident, peak = console.memory(), console.peak_memory()
        _progress("requests to Kubernetes")
        requests = measurements.requests_a_view(cluster, log)
    return report(
        f"Yurt Console beside its API server and the floor: {size.nodes:,} nodes, {size.pods:,} pods",
        before,
        checks(rows, measured),
        change_section(changes),
        ready_section(readiness),
        memory_section(readiness.listed[-1], size.pods, (empty, when_ready, resident, peak)),
        request_section(requests),
        views=tuple(measured),
    )


def change_section(changes: Changes) -> Section:
    """Latency of changes, in multiples of the interval at which the console sends events."""
    row = f"a change until {changes.subscribers} browsers show it"
    latencies = changes.latencies
    interval = Settings().server.change_interval * 1000
    p99 = percentile(latencies.page, 99) if latencies.page else float("inf")
    seconds = latencies.seconds
    return Section(
        facts=(
            Fact(
                f"{row} (median / p99)",
                median_and_p99(latencies.page),
                f"event after {median_and_p99(latencies.event)}; {latencies.changes / seconds:.0f} changes, "
                f"{latencies.events / seconds:.0f} events, {latencies.pages / seconds:.0f} pages a second; "
                f"console CPU {changes.cpu_share:.0%} of a core",
            ),
        ),
        checks=(
            Check(row, CHANGE, p99 / interval, duration_text(p99), f"interval {duration_text(interval)}"),
            Check(row, MISSING_CHANGES, latencies.missing),
        ),
    )


def ready_section(readiness: Readiness) -> Section:
    """Time to ready beside listing everything."""
    console, listing = statistics.median(readiness.console), statistics.median(readiness.listing)
    ratio = statistics.median(map(operator.truediv, readiness.console, readiness.listing))
    without_python = statistics.median(listed.seconds for listed in readiness.listed)
    listed = readiness.listed[-1]
    return Section(
        facts=(
            Fact(
                "time to ready, from the start of the process",
                f"{console:.2f} s",
                f"listing {size_text(listed.size)} in {listed.pages} pages: {listing:.2f} s, "
                f"{without_python:.2f} s without the start of Python",
            ),
        ),
        checks=(Check("console", READY, round(ratio, 2), f"{console:.2f} s", f"listing {listing:.2f} s"),),
    )


def memory_section(listed: ListResult, pods: int, resident: tuple[int, int, int, int]) -> Section:
    """Memory beside the JSON of all objects; ``resident``: empty cluster, ready, after the run, peak."""
    empty, ready, after, peak = resident
    copy = (ready - empty) / listed.size
    facts = (
        Fact(
            "console memory",
            size_text(after),
            f"{size_text(empty)} on an empty cluster, {size_text(ready)} when ready, {size_text(peak)} peak",
        ),
        Fact(
            "memory of the cached objects (ready, less the empty cluster)",
            size_text(ready - empty),
            f"{copy:.2f} x their JSON of {size_text(listed.size)}",
        ),
    )
    if pods < MEMORY_PODS:
        return Section(facts)
    check = Check("console", MEMORY, after / listed.size, size_text(after), f"JSON {size_text(listed.size)}")
    return Section(facts, (check,))


def request_section(requests: Requests) -> Section:
    """Requests to Kubernetes for one view."""
    row = f"a view ({requests.views:,} views of {len(PAGES)} pages)"
    return Section(checks=(Check(row, REQUESTS, round(requests.a_view, 2)),))


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)

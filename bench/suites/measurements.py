"""Measurements of a console other than views: time to ready, changes, requests and memory."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from bench.cluster import scale
from bench.cluster.endpoint import Endpoint, fetch, read_kubeconfig
from bench.cluster.filled import Cluster, install
from bench.cluster.processes import YURT_CONSOLE, Console, Process, free_port
from bench.load.change_subscribers import ChangeLatencies, ChangeLoad, Subscriber
from bench.load.counting_proxy import COUNTS, Count
from bench.load.listing import ListResult
from bench.load.programs import run_program
from bench.suites.views import PAGE, PAGES
from tests.planes.control_plane import ControlPlane

_LIST_LIMIT = 500
_VIEW_ROUNDS = 100
_CHANGES_A_SECOND = 40.0


class Readiness(msgspec.Struct, frozen=True):
    """Seconds from the start of a process, by round: console ready, everything listed."""

    console: tuple[float, ...]
    listing: tuple[float, ...]
    listed: tuple[ListResult, ...]


class Requests(msgspec.Struct, frozen=True):
    """Requests to Kubernetes for one view, over so many views."""

    a_view: float
    views: int


class Changes(msgspec.Struct, frozen=True):
    """Latencies of changes for so many subscribers, and the console's share of one core meanwhile."""

    subscribers: int
    latencies: ChangeLatencies
    cpu_share: float


def empty_memory(folder: Path) -> int:
    """Resident bytes of a console that is ready on an empty cluster."""
    plane = ControlPlane.start(folder / "empty", controllers=False)
    try:
        install(plane)
        with Console(plane.kubeconfig, folder / "console.log") as console:
            console.wait_ready()
            return console.memory()
    finally:
        plane.stop()


def listing(kubeconfig: Path) -> tuple[float, ListResult]:
    """List everything once; seconds from the start of the process, and what was listed."""
    command = [sys.executable, "-m", "bench.load.listing", str(kubeconfig), str(_LIST_LIMIT)]
    began = time.monotonic()
    done = subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - began, msgspec.json.decode(done.stdout, type=ListResult)


def time_to_ready(kubeconfig: Path, log: Path, rounds: int) -> Readiness:
    """Time a plain listing and a console's start in turn.

    The first pair does not count: an API server that has just started is still busy with itself.
    """
    consoles, listings, listed = [], [], []
    for _ in range(1 + rounds):
        seconds, result = listing(kubeconfig)
        listings.append(seconds)
        listed.append(result)
        with Console(kubeconfig, log, program=YURT_CONSOLE) as console:
            consoles.append(console.wait_ready())
    return Readiness(tuple(consoles[1:]), tuple(listings[1:]), tuple(listed[1:]))


def changes(console: Console, cluster: Cluster, count: int, seconds: float) -> Changes:
    """Latencies of changes to pods for ``count`` subscribers.

    One in twenty is an administrator, who receives changes of all pods; the others are tenants.
    """
    subscribers = []
    for number in range(count):
        pod = number % len(cluster.pods)
        page = f"/pods?limit={PAGE}&sort=name"
        if number % 20 == 19:
            page = f"{page}&namespace={scale.namespace(pod)}"
            subscribers.append(Subscriber(cluster.accounts.admin, page, pod))
        else:
            subscribers.append(Subscriber(cluster.accounts.tenants[pod], page, pod))
    load = ChangeLoad(
        console.endpoint,
        cluster.server,
        tuple(subscribers),
        cluster.pods,
        rate=_CHANGES_A_SECOND,
        seconds=seconds,
    )
    before, began = console.cpu(), time.monotonic()
    latencies = run_program("change_subscribers", load, ChangeLatencies)
    return Changes(count, latencies, (console.cpu() - before) / (time.monotonic() - began))


def requests_a_view(cluster: Cluster, log: Path) -> Requests:
    """Requests to Kubernetes that a view causes, counted by a proxy before a console of its own.

    Requests that the console sends in the same time without any view (probes) are subtracted; a watch counts
    unless the same was watched before.
    """
    port = free_port()
    kubeconfig = log.parent / "counted.kubeconfig"
    kubeconfig.write_text(
        re.sub(r"https://127\.0\.0\.1:\d+", f"https://127.0.0.1:{port}", cluster.kubeconfig.read_text())
    )
    proxy = read_kubeconfig(kubeconfig)
    arguments = [str(cluster.kubeconfig), *map(str, cluster.certificate), str(port)]
    command = [sys.executable, "-m", "bench.load.counting_proxy", *arguments]
    with Process(command, log), Console(kubeconfig, log) as console:
        console.wait_ready()
        watched = {count.path for count in _counts(proxy) if count.watch}
        start, began = _total(proxy, watched), time.monotonic()
        views = 0
        for _ in range(_VIEW_ROUNDS):
            for token in (cluster.accounts.admin, cluster.accounts.tenants[0]):
                for page in PAGES:
                    fetch(Endpoint(console.endpoint.url, token), page, gzip=True)
                    views += 1
        middle, took = _total(proxy, watched), time.monotonic() - began
        time.sleep(took)
        end = _total(proxy, watched)
    return Requests(max(0, (middle - start) - (end - middle)) / views, views)


def _counts(proxy: Endpoint) -> list[Count]:
    return msgspec.json.decode(fetch(proxy, COUNTS), type=list[Count])


def _total(proxy: Endpoint, watched: set[str]) -> int:
    return sum(count.count for count in _counts(proxy) if not (count.watch and count.path in watched))

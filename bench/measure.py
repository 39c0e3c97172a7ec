"""Runs the measuring programs in turn, each as a process of its own, and gathers what they found."""

from __future__ import annotations

import contextlib
import re
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from bench import address, counting, report, scale
from bench.address import Address
from bench.browsers import Audience, Browser, Heard
from bench.cluster import Cluster
from bench.listing import Listed
from bench.load import Outcome, Task
from bench.processes import Console, Process, ask, free_port
from bench.views import ADMIN, PAGE, PAGES, PODS, View

CLIENTS = (1, 20)
LIVE_CHANGES = 20.0
"""Objects that change a second, and views, in the rows that are measured while something changes."""
_PAGE_SIZE = 500
_PATIENCE = 10.0
"""Seconds after which a cell of the API server's is not repeated: a list of everything, 20 times at once."""
_TOO_MUCH = 2**30
"""Bytes that the API server is not asked for at once: it would measure the machine's memory."""
_VIEW_ROUNDS = 100

T = TypeVar("T")


class Ready(msgspec.Struct, frozen=True):
    """Seconds, for each repeat, from the start of a process: console ready, everything listed."""

    console: tuple[float, ...]
    listing: tuple[float, ...]
    listed: tuple[Listed, ...]


def program(name: str, task: object, kind: type[T]) -> T:
    """Run one of the programs that read a task and write an outcome."""
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}"],
        input=msgspec.json.encode(task),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"bench.{name} failed:\n{done.stderr[-2000:].decode(errors='replace')}")
    return msgspec.json.decode(done.stdout, type=kind)


def time_to_ready(cluster: Cluster, log: Path, repeats: int) -> Ready:
    """Start a console and a plain listing in turn; both are timed from the start of their process."""
    consoles, listings, listed = [], [], []
    command = [sys.executable, "-m", "bench.listing", str(cluster.kubeconfig), str(_PAGE_SIZE)]
    for _ in range(repeats):
        began = time.monotonic()
        done = subprocess.run(command, check=True, capture_output=True)
        listings.append(time.monotonic() - began)
        listed.append(msgspec.json.decode(done.stdout, type=Listed))
        with Console(cluster.kubeconfig, log) as console:
            consoles.append(console.wait_ready())
    return Ready(tuple(consoles), tuple(listings), tuple(listed))


class Cell:
    """One page asked by so many clients of one server, measured in several repeats."""

    def __init__(
        self, view: View, server: Address, variants: Sequence[tuple[str, ...]], clients: int
    ) -> None:
        self.view = view
        self.clients = clients
        self.repeats: list[tuple[float, ...]] = []
        self.cpu: list[float] = []
        self.spent = 0.0
        self._server = server
        self._variants = deque(variants)

    def measure(self, *, at_least: int, seconds: float, watched: Process | None = None) -> None:
        """One repeat; goes on in the variants where the last one stopped. ``watched``: whose CPU counts."""
        task = Task(
            server=self._server,
            views=tuple(self._variants),
            clients=self.clients,
            warm_up=self.clients if watched is None else max(20, 2 * self.clients),
            views_at_least=at_least,
            seconds_at_least=seconds if watched else 0.0,
            seconds_at_most=20.0 if watched else seconds,
            pause=self.clients / LIVE_CHANGES if self.view.live else 0.0,
            gzip=watched is not None,
        )
        before = watched.cpu() if watched else 0.0
        outcome = program("load", task, Outcome)
        asked = len(outcome.milliseconds) + task.warm_up
        if outcome.problem:
            raise RuntimeError(f"{self.view.what}: {outcome.problem}")
        if watched:
            self.cpu.append((watched.cpu() - before) * 1000 / asked)
        self.repeats.append(outcome.milliseconds)
        self.spent += outcome.elapsed
        self._variants.rotate(-asked)


def views(rows: Sequence[View], console: Console, cluster: Cluster, repeats: int) -> list[report.ViewRow]:
    """Measure all rows: each repeat goes through all of them, the console and the API server in turn."""
    found = []
    for view in rows:
        token = cluster.accounts.admin if view.who == ADMIN else cluster.accounts.tenants[0]
        server = Address(console.address.url, token)
        plain = sum(len(_body(server, path, gzip=False)) for path in view.console[0])
        packed = sum(len(_body(server, path, gzip=True)) for path in view.console[0])
        itself = 0 if view.live else _size(cluster.server, view.api_server[0])
        ours = {count: Cell(view, server, view.console, count) for count in CLIENTS}
        theirs = {
            count: Cell(view, cluster.server, view.api_server, count)
            for count in CLIENTS
            if 0 < itself * count < _TOO_MUCH
        }
        found.append((view, ours, theirs, plain, packed, itself))
    for _ in range(repeats):
        for view, ours, theirs, *_sizes in found:
            with _changing(cluster, view.live) if view.live else contextlib.nullcontext():
                for count in CLIENTS:
                    at_least = 100 if view.live else 300
                    ours[count].measure(at_least=at_least, seconds=1.0, watched=console)
            for cell in theirs.values():
                if cell.spent < _PATIENCE:
                    cell.measure(at_least=100, seconds=3.0)
    return [
        report.ViewRow(
            what=view.what,
            promises=_promises(view),
            console={count: report.latency(cell.repeats) for count, cell in ours.items()},
            console_cpu={count: statistics.median(cell.cpu) for count, cell in ours.items()},
            api_server={count: report.latency(cell.repeats) for count, cell in theirs.items()},
            size=plain,
            packed=packed,
            api_server_size=itself,
        )
        for view, ours, theirs, plain, packed, itself in found
    ]


def changes(console: Console, cluster: Cluster, count: int, seconds: float) -> tuple[Heard, float]:
    """What ``count`` browsers heard of changing pods, and the part of a core that the console took.

    One browser in twenty is an administrator's, who hears of every pod; the others are the tenants'.
    """
    opened = []
    for number in range(count):
        pod = number % len(cluster.pods)
        page = f"/pods?limit={PAGE}&sort=name"
        if number % 20 == 19:
            opened.append(Browser(cluster.accounts.admin, f"{page}&namespace={scale.namespace(pod)}", pod))
        else:
            opened.append(Browser(cluster.accounts.tenants[pod], page, pod))
    audience = Audience(
        console.address, cluster.server, tuple(opened), cluster.pods, rate=40.0, seconds=seconds
    )
    before, began = console.cpu(), time.monotonic()
    heard = program("browsers", audience, Heard)
    return heard, (console.cpu() - before) / (time.monotonic() - began)


def requests_a_view(cluster: Cluster, log: Path) -> tuple[float, int]:
    """How many requests to Kubernetes a page view costs, and how many views that was measured over.

    A console of its own, behind a proxy that counts. What it asks by itself in the same time without
    any view (probes) is taken off; a watch counts unless the same was watched before.
    """
    port = free_port()
    kubeconfig = log.parent / "counted.kubeconfig"
    kubeconfig.write_text(
        re.sub(r"https://127\.0\.0\.1:\d+", f"https://127.0.0.1:{port}", cluster.kubeconfig.read_text())
    )
    server = address.read(kubeconfig)
    arguments = [str(cluster.kubeconfig), *map(str, cluster.certificate), str(port)]
    command = [sys.executable, "-m", "bench.counting", *arguments]
    with Process(command, log), Console(kubeconfig, log) as console:
        console.wait_ready()
        watched = {count.path for count in _counts(server) if count.watch}
        start, began = _asked(server, watched), time.monotonic()
        views = 0
        for _ in range(_VIEW_ROUNDS):
            for token in (cluster.accounts.admin, cluster.accounts.tenants[0]):
                for page in PAGES:
                    _body(Address(console.address.url, token), page, gzip=True)
                    views += 1
        middle, took = _asked(server, watched), time.monotonic() - began
        time.sleep(took)
        end = _asked(server, watched)
    return max(0, (middle - start) - (end - middle)) / views, views


def _counts(server: Address) -> list[counting.Count]:
    return msgspec.json.decode(_body(server, counting.COUNTS, gzip=False), type=list[counting.Count])


def _asked(server: Address, watched: set[str]) -> int:
    return sum(count.count for count in _counts(server) if not (count.watch and count.path in watched))


@contextlib.contextmanager
def _changing(cluster: Cluster, kind: str) -> Iterator[None]:
    """Pods, or nodes, change while this is open."""
    changing = cluster.pods if kind == PODS else cluster.nodes
    audience = Audience(cluster.server, cluster.server, (), changing, rate=LIVE_CHANGES, seconds=3600)
    writer = subprocess.Popen([sys.executable, "-m", "bench.browsers"], stdin=subprocess.PIPE)
    try:
        assert writer.stdin is not None
        writer.stdin.write(msgspec.json.encode(audience))
        writer.stdin.close()
        time.sleep(1)
        yield
        if writer.poll() is not None:
            raise RuntimeError("nothing changed any more")
    finally:
        writer.kill()
        writer.wait()


def _promises(view: View) -> tuple[str, ...]:
    limits: dict[float, list[str]] = {}
    for count, limit in view.promises.items():
        limits.setdefault(limit, []).append(str(count))
    texts = [f"p99 <= {limit:g} ms at {' and '.join(counts)}" for limit, counts in limits.items()]
    return (*texts, *([f"body <= {report.size_text(view.size)}"] if view.size else []))


def _size(server: Address, paths: Sequence[str]) -> int:
    """Bytes of all these answers; 0 when the server gives one of them up, as it does after a minute."""
    try:
        return sum(len(_body(server, path, gzip=False)) for path in paths)
    except RuntimeError as refused:
        print(f"the API server: {refused}", file=sys.stderr)
        return 0


def _body(server: Address, path: str, *, gzip: bool) -> bytes:
    reply = ask(server, path, gzip=gzip)
    if reply.status != 200:
        raise RuntimeError(
            f"GET {path.partition('?')[0]}: {reply.status} {reply.body[:200].decode(errors='replace')}"
        )
    return reply.body

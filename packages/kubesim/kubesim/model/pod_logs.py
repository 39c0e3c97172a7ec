"""Container logs, computed on each read. Pure.

A log is a function of the container's start, its end and the seed: some lines at the start, one every few
seconds from then on, and an error at a failure. The same read gives the same lines; as with log rotation,
only the newest lines remain.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from kubesim.model.pod_stages import last_word
from kubesim.runtime import seeded
from kubesim.storage.log import Object

MAX_LINES = 2000
"""Lines of one run of a container that remain."""
_FIRST = ("starting {name}", "configuration loaded", "listening, ready for work")
_GAP = 0.15
_SETTLED = 2.0


class Line(NamedTuple):
    """A line with its Unix time."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a container."""

    identity: str
    name: str
    image: str
    restarts: int
    started: float
    ended: float | None = None
    exit_code: int = 0

    def lines(self, now: float, newest: int = MAX_LINES) -> list[Line]:
        """The newest lines so far, oldest first."""
        count = self._count(now)
        newest = max(min(newest, MAX_LINES), 0)
        found = [self.line(position) for position in range(max(count - newest, 0), count)]
        if self.ended is not None and self.exit_code:
            found += [Line(self.ended, text) for text in self._last_words()]
        return found[-newest:] if newest else []

    def line(self, position: int) -> Line:
        """The line at a position, which may be in the future."""
        at = self._time(position)
        if position < len(_FIRST):
            return Line(at, _plain("INFO", at, _FIRST[position].format(name=self.name)))
        return Line(at, _writer(self.image)(at, f"{self.identity}/{self.name}/{self.restarts}/{position}"))

    def next_position(self, now: float) -> int:
        """The position of the first line that is not written yet."""
        return self._count(now)

    @property
    def _period(self) -> float:
        return seeded.between(0.7, 6, self.identity, self.name, "period")

    def _time(self, position: int) -> float:
        if position < len(_FIRST):
            return self.started + position * _GAP
        steady = position - len(_FIRST)
        jitter = seeded.between(0, 0.5, self.identity, position)
        return self.started + _SETTLED + (steady + jitter) * self._period

    def _count(self, now: float) -> int:
        end = now if self.ended is None else min(now, self.ended)
        if end < self.started:
            return 0
        begun = min(int((end - self.started) / _GAP) + 1, len(_FIRST))
        steady = max(int((end - self.started - _SETTLED) / self._period) - 1, 0)
        count = begun + steady if begun == len(_FIRST) else begun
        while self._time(count) <= end:
            count += 1
        return count

    def _last_words(self) -> tuple[str, ...]:
        at = self.ended or 0.0
        if last_word(self.image) == "crash":
            return (
                _plain("ERROR", at, "dial tcp 10.96.0.40:5432: connect: connection refused"),
                "panic: cannot go on without a database",
                "goroutine 1 [running]:",
                "main.main()",
                "\t/src/main.go:42 +0x1d4",
            )
        return (
            _plain("ERROR", at, f"{self.name} failed: input has no rows, exiting with code {self.exit_code}"),
        )


def runs(pod: Object, container: str) -> tuple[Run | None, Run | None]:
    """The current or last run of a container, and the one before it; None where there is none."""
    metadata, status = pod["metadata"], pod.get("status", {})
    statuses = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
    found = next((one for one in statuses if one["name"] == container), None)
    if found is None:
        return None, None
    make = functools.partial(_run, f"{metadata['namespace']}/{metadata['name']}", found)
    state, last = found["state"], found.get("lastState") or {}
    restarts = found["restartCount"]
    if "running" in state:
        return make(restarts, state["running"]), make(restarts - 1, last.get("terminated"))
    if "terminated" in state:
        return make(restarts, state["terminated"]), make(restarts - 1, last.get("terminated"))
    # while it waits for a restart, its last run is both the current and the previous log
    before = make(restarts, last.get("terminated"))
    return before, before


def _run(identity: str, status: Object, restarts: int, state: Object | None) -> Run | None:
    if state is None:
        return None
    ended = state.get("finishedAt")
    return Run(
        identity,
        status["name"],
        status["image"],
        restarts,
        _seconds(state["startedAt"]),
        _seconds(ended) if ended else None,
        state.get("exitCode", 0),
    )


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _plain(level: str, at: float, text: str) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z {level:5} {text}"


_PATHS = ("/", "/api/v1/orders", "/api/v1/stock?site=3", "/healthz", "/static/app.js", "/metrics")


def _web(at: float, words: str) -> str:
    number = seeded.number(words)
    moment = datetime.fromtimestamp(at, UTC)
    code = 200 if number % 23 else 304
    path, size = _PATHS[number % len(_PATHS)], 120 + number // 7 % 4000
    client = f"10.244.{number % 7}.{2 + number // 11 % 200}"
    return f'{client} - - [{moment:%d/%b/%Y:%H:%M:%S} +0000] "GET {path} HTTP/1.1" {code} {size} "-" "-"'


def _redis(at: float, words: str) -> str:
    number = seeded.number(words)
    moment = datetime.fromtimestamp(at, UTC)
    texts = (
        "100 changes in 300 seconds. Saving...",
        "Background saving terminated with success",
        "DB saved on disk",
    )
    return f"1:M {moment:%d %b %Y %H:%M:%S}.{moment.microsecond // 1000:03} * {texts[number % 3]}"


def _postgres(at: float, words: str) -> str:
    number = seeded.number(words)
    moment = datetime.fromtimestamp(at, UTC)
    share = number % 400 / 10
    return (
        f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03} UTC [27] LOG:  checkpoint complete:"
        f" wrote {number % 900} buffers ({share}%)"
    )


def _work(at: float, words: str) -> str:
    number = seeded.number(words)
    if number % 41 == 0:
        return _plain("WARN", at, f"upstream answered after {900 + number % 700} ms, trying again")
    texts = (
        f"handled {1 + number % 60} messages in {2 + number // 3 % 90} ms",
        f"sent batch {number % 100000} to the cloud, {100 + number // 5 % 8000} bytes",
        f"sensor values updated, {4 + number % 40} sources",
        "health check passed",
    )
    return _plain("INFO", at, texts[number // 41 % len(texts)])


_WRITERS = {"nginx": _web, "point-of-sale": _web, "gateway": _web, "redis": _redis, "postgres": _postgres}


def _writer(image: str) -> Callable[[float, str], str]:
    return _WRITERS.get(last_word(image), _work)


def stamped(line: Line) -> str:
    """A line with its timestamp, as ``kubectl logs --timestamps`` shows it."""
    moment = datetime.fromtimestamp(line.at, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06}000Z {line.text}"


def since(lines: list[Line], moment: float) -> Iterator[Line]:
    """The lines at or after a time."""
    return (line for line in lines if line.at >= moment)

"""From what the programs found to lines of the report and promises that can be checked.

The numbers here that are not measured are the promises of the design, section 6.
"""

from __future__ import annotations

import os
import platform
import statistics
from pathlib import Path
from typing import TypeAlias

from bench.browsers import Heard
from bench.measure import Ready
from bench.report import Check, Fact, Promise, ViewRow, duration_text, percentile, size_text
from bench.views import PAGES, View

CHANGE = Promise("p99", 1500, "ms")
UNHEARD = Promise("changes not shown within 10 s", 0, "")
READY = Promise("ratio", 1.3, "")
MEMORY = Promise("memory", 400, "MB")
REQUESTS = Promise("requests", 0, "")

Entry: TypeAlias = tuple[Fact | None, list[Check]]


def page(view: View, row: ViewRow) -> Entry:
    """The promises made of one page; its numbers have a table of their own."""
    checks = [
        Check(view.what, Promise(f"p99 at {count} at once", limit, "ms"), row.console[count].p99)
        for count, limit in view.promises.items()
    ]
    if view.size:
        checks.append(Check(view.what, Promise("body", view.size, "bytes"), row.size))
    return None, checks


def changes(heard: Heard, share: float, browsers: int) -> Entry:
    """How soon ``browsers`` knew of changes, and the part of a core that the console took for it."""
    what = f"a change until a browser shows it, {browsers} open (median / p99)"
    events = heard.events / heard.seconds
    fact = Fact(
        what=what,
        promise=str(CHANGE),
        measured=_median_and_p99(heard.shown),
        beside=f"told after {_median_and_p99(heard.told)}; {heard.changes / heard.seconds:.0f} changes, "
        f"{events:.0f} events and {heard.pages / heard.seconds:.0f} pages a second; "
        f"console CPU {share:.0%} of a core",
    )
    slowest = percentile(heard.shown, 99) if heard.shown else float("inf")
    return fact, [Check(what, CHANGE, slowest), Check(what, UNHEARD, heard.never)]


def ready(found: Ready) -> Entry:
    """How long the console takes to begin, beside how long listing everything takes."""
    what = "time to ready, from the start of the process"
    console, listing = statistics.median(found.console), statistics.median(found.listing)
    ratio = console / listing
    inside = statistics.median(listed.seconds for listed in found.listed)
    listed = found.listed[-1]
    fact = Fact(
        what=what,
        promise=f"<= {READY.limit} x listing everything",
        measured=f"{console:.2f} s, {ratio:.2f} x",
        beside=f"listing {size_text(listed.size)} in {listed.pages} pages: {listing:.2f} s, "
        f"{inside:.2f} s without starting Python",
    )
    return fact, [Check(what, READY, round(ratio, 2))]


def memory(idle: int, after: int, peak: int) -> Entry:
    """The console's memory after all pages and browsers, in bytes."""
    what = "console memory"
    beside = f"{size_text(idle)} when ready, {size_text(peak)} at most"
    return Fact(what, str(MEMORY), size_text(after), beside), [Check(what, MEMORY, after / 1e6)]


def requests(a_view: float, count: int) -> Entry:
    """What a page view costs Kubernetes, over ``count`` views."""
    what = "requests to Kubernetes for a page view"
    beside = f"over {count:,} views of {len(PAGES)} pages"
    return Fact(what, "0", f"{a_view:.2f}", beside), [Check(what, REQUESTS, round(a_view, 2))]


def machine() -> dict[str, str]:
    """What this runs on, and whether anything else did just now."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "?")
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "machine": f"{os.cpu_count()} x {model}, {size_text(installed)}, Linux {platform.release()}",
        "python": platform.python_version(),
        "load before": f"{os.getloadavg()[0]:.2f} (above 0.3 something else was running: distrust the times)",
    }


def _median_and_p99(values: tuple[float, ...]) -> str:
    if not values:
        return "-"
    return " / ".join(duration_text(percentile(values, percent)) for percent in (50, 99))

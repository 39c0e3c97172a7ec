"""The machine that a run measures on, read from ``/proc``."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from bench.report.statistics import size_text


def machine() -> dict[str, str]:
    """Processors, memory, Python and the load average before the run."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "?")
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "machine": f"{os.cpu_count()} x {model}, {size_text(installed)}, Linux {platform.release()}",
        "python": platform.python_version(),
        "load before": f"{os.getloadavg()[0]:.2f} (above 0.3 the machine was not idle: do not trust p99)",
    }

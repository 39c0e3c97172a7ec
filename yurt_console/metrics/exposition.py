"""Exposition of metrics in Prometheus' text format, as an ASGI application.

Imported only where metrics are on: prometheus-client takes as long to import as a tenth of a start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from yurt_console import __version__
from yurt_console.kube.connections.round_tripper import RequestCounts
from yurt_console.metrics.histogram import Histogram

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class BuildInfo(Collector):
    """Exposes the program's version."""

    def collect(self) -> Iterator[Metric]:
        """One family, always 1."""
        yield InfoMetricFamily(
            "yurt_console_build", "1, with the program's version.", {"version": __version__}
        )


class RestClientMetrics(Collector):
    """Exposes requests to the API server under the name that client-go gives them."""

    def __init__(self, counts: RequestCounts, host: str) -> None:
        """``host``: the API server's host and port."""
        self._counts = counts
        self._host = host

    def collect(self) -> Iterator[Metric]:
        """One family."""
        requests = CounterMetricFamily(
            "rest_client_requests",
            "Requests to the API server; the code of one without a response is <error>.",
            labels=("code", "method", "host"),
        )
        for (method, code), count in self._counts.items():
            requests.add_metric((code, method, self._host), count)
        yield requests


def histogram_family(
    name: str, help_text: str, label: str, histograms: Iterable[tuple[str, Histogram]]
) -> HistogramMetricFamily:
    """One family of histograms, each with its value of ``label``."""
    family = HistogramMetricFamily(name, help_text, labels=(label,))
    for value, histogram in histograms:
        family.add_metric((value,), buckets=histogram.buckets(), sum_value=histogram.total)
    return family


def registry(*collectors: Collector) -> CollectorRegistry:
    """These collectors, and those of the build, the process and Python."""
    made = CollectorRegistry()
    for collector in (*collectors, BuildInfo()):
        made.register(collector)
    ProcessCollector(registry=made)
    PlatformCollector(registry=made)
    GCCollector(registry=made)
    return made


class MetricsApplication:
    """The ASGI application of a metrics listener: ``GET /metrics`` alone."""

    def __init__(self, *collectors: Collector) -> None:
        self._registry = registry(*collectors)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one scrape."""
        if scope["type"] != "http":
            return
        body, headers = b"", {}
        if scope["path"] != "/metrics":
            status = 404
        elif scope["method"] not in ("GET", "HEAD"):
            status, headers = 405, {"Allow": "GET, HEAD"}
        else:
            status, headers = 200, {"Content-Type": CONTENT_TYPE}
            body = generate_latest(self._registry)
        lines = {**headers, "Content-Length": str(len(body))}
        raw = [(name.lower().encode(), value.encode()) for name, value in lines.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

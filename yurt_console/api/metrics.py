"""Prometheus metrics of ``serve``, served on a listener of their own, never on the public port.

Labels are bounded: a route's name (`Route.name`), its method, a status code, the plural of a cached kind.
Imported only where metrics are on: prometheus-client takes as long to import as a tenth of a start.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from starlette.types import Receive, Scope, Send

from yurt_console.api.http.request_stats import BUCKETS, RequestStats
from yurt_console.api.http.responses import Response, empty
from yurt_console.api.http.state import Console

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class RequestMetrics:
    """Exposes `RequestStats`."""

    def __init__(self, stats: RequestStats) -> None:
        self._stats = stats

    def collect(self) -> Iterator[Metric]:
        """The metric families of requests."""
        requests = CounterMetricFamily(
            "yurt_console_http_requests", "HTTP responses.", labels=("route", "method", "code")
        )
        for (route, method, code), count in self._stats.counts.items():
            requests.add_metric((route, method, str(code)), count)
        yield requests
        latency = HistogramMetricFamily(
            "yurt_console_http_request_duration_seconds",
            "Seconds from the request's headers to the response's end; of a stream, its life.",
            labels=("route",),
        )
        for route, (total, *observed) in self._stats.seconds.items():
            buckets, below = [], 0.0
            for bound, observations in zip([*map(str, BUCKETS), "+Inf"], observed, strict=True):
                below += observations
                buckets.append((bound, below))
            latency.add_metric((route,), buckets=buckets, sum_value=total)
        yield latency


class StateMetrics:
    """Reads a console's streams, cache and throttles when it is scraped."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def collect(self) -> Iterator[Metric]:
        """The metric families of a console's state."""
        console = self._console
        cache, inventory = console.cluster.cache, console.cluster.inventory
        streams = GaugeMetricFamily("yurt_console_streams", "Open streams.", labels=("route",))
        for route, count in console.streams.by_route().items():
            streams.add_metric((route,), count)
        yield streams
        yield GaugeMetricFamily(
            "yurt_console_ready", "1 once the cluster is listed and the session key is known.", console.ready
        )
        rows = GaugeMetricFamily("yurt_console_cache_rows", "Cached objects.", labels=("resource",))
        synced = GaugeMetricFamily(
            "yurt_console_cache_synced", "1 while the copy is up to date.", labels=("resource",)
        )
        stale = GaugeMetricFamily(
            "yurt_console_cache_stale_since_seconds",
            "Unix time since which the copy may be behind; no sample while it is not.",
            labels=("resource",),
        )
        absent = GaugeMetricFamily(
            "yurt_console_cache_absent",
            "1 when the cluster does not serve the resource.",
            labels=("resource",),
        )
        for plural in cache.plurals:
            state = cache.state(plural)
            rows.add_metric((plural,), len(inventory.table(plural).rows()))
            is_synced = cache.ready.is_set() and state.stale_since is None and not state.absent
            synced.add_metric((plural,), is_synced)
            absent.add_metric((plural,), bool(state.absent))
            if state.stale_since is not None:
                stale.add_metric((plural,), state.stale_since)
        yield from (rows, synced, stale, absent)
        yield CounterMetricFamily(
            "yurt_console_cached_replies_sent",
            "Replies sent from the reply cache.",
            value=console.reply_cache.hits,
        )


class MetricsApplication:
    """The ASGI application of the metrics listener: ``GET /metrics`` alone."""

    def __init__(self, console: Console) -> None:
        self._registry = CollectorRegistry()
        for collector in (RequestMetrics(console.requests), StateMetrics(console)):
            self._registry.register(collector)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one scrape."""
        if scope["type"] != "http":
            return
        if scope["path"] != "/metrics":
            response = empty(404, {})
        elif scope["method"] not in ("GET", "HEAD"):
            response = empty(405, {"Allow": "GET, HEAD"})
        else:
            response = Response(200, {"Content-Type": CONTENT_TYPE}, generate_latest(self._registry))
        await response(scope, receive, send)

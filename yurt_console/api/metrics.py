"""Metrics of ``serve`` for Prometheus, served on a listener of their own, never on the public port.

Labels are bounded: a route's name (`Route.name`), its method, a status code, the plural of a cached kind.
Imported only where metrics are on: prometheus-client takes as long to import as a tenth of a start.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from yurt_console.api.http.request_stats import RequestStats
from yurt_console.api.http.state import Console
from yurt_console.metrics.exposition import MetricsApplication, RestClientMetrics, histogram_family
from yurt_console.tenancy.accounts.accounts import Accounts


class RequestMetrics(Collector):
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
        yield histogram_family(
            "yurt_console_http_request_duration_seconds",
            "Seconds from the request's headers to the response's end; of a stream, its life.",
            "route",
            self._stats.seconds.items(),
        )


class StateMetrics(Collector):
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


class ThrottleMetrics(Collector):
    """Exposes what the throttles of accounts refused."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def collect(self) -> Iterator[Metric]:
        """One family."""
        refused = CounterMetricFamily(
            "yurt_console_throttled_attempts",
            "Logins and registrations refused with 429, by the setting that limits them.",
            labels=("attempt", "limit"),
        )
        for limit, count in self._accounts.throttled.items():
            refused.add_metric((limit.attempt, limit.setting), count)
        yield refused


def application(console: Console) -> MetricsApplication:
    """The application of the console's metrics."""
    return MetricsApplication(*all_collectors(console))


def all_collectors(console: Console) -> tuple[Collector, ...]:
    """The console's own collectors."""
    client = console.cluster.client
    return (
        RequestMetrics(console.requests),
        StateMetrics(console),
        ThrottleMetrics(console.accounts),
        RestClientMetrics(client.counts, urlsplit(client.server).netloc),
    )

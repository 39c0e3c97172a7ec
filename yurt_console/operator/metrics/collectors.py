"""Exposes `OperatorStats`, under the names of controller-runtime and client-go where they have one.

Labels are bounded: a controller, a queue, a path of the webhook, a result, a status code.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from yurt_console.metrics.exposition import MetricsApplication, RestClientMetrics, histogram_family
from yurt_console.operator.accounts.controller import WORKERS
from yurt_console.operator.leader import lease
from yurt_console.operator.stats import USER, OperatorStats, QueueStats, Result, Review, WebhookStats
from yurt_console.operator.webhook.registration import MUTATE, VALIDATE

_WEBHOOKS = (MUTATE, VALIDATE)


def application(stats: OperatorStats, server: str) -> MetricsApplication:
    """The application of the operator's metrics; ``server``: the API server's URL."""
    return MetricsApplication(*all_collectors(stats, server))


def all_collectors(stats: OperatorStats, server: str) -> tuple[Collector, ...]:
    """The operator's own collectors."""
    return (
        LeaderMetrics(stats),
        ReconcileMetrics(stats),
        QueueMetrics(USER, stats.accounts),
        WebhookMetrics(stats.webhook),
        RestClientMetrics(stats.requests, urlsplit(server).netloc),
    )


class LeaderMetrics(Collector):
    """Exposes leadership as client-go does."""

    def __init__(self, stats: OperatorStats) -> None:
        self._stats = stats

    def collect(self) -> Iterator[Metric]:
        """One family."""
        leads = GaugeMetricFamily(
            "leader_election_master_status",
            "1 while this process leads and may write; 0 while another one leads, or none.",
            labels=("name",),
        )
        leads.add_metric((lease.NAME,), self._stats.leads())
        yield leads


class ReconcileMetrics(Collector):
    """Exposes reconciles by controller."""

    def __init__(self, stats: OperatorStats) -> None:
        self._stats = stats

    def collect(self) -> Iterator[Metric]:
        """The families of controller-runtime."""
        reconciles = self._stats.reconciles.items()
        results = CounterMetricFamily(
            "controller_runtime_reconcile",
            "Reconciles by their result: success, requeue_after or error.",
            labels=("controller", "result"),
        )
        errors = CounterMetricFamily(
            "controller_runtime_reconcile_errors", "Reconciles that failed.", labels=("controller",)
        )
        active = GaugeMetricFamily(
            "controller_runtime_active_workers", "Reconciles that run now.", labels=("controller",)
        )
        workers = GaugeMetricFamily(
            "controller_runtime_max_concurrent_reconciles",
            "Reconciles that may run at the same time.",
            labels=("controller",),
        )
        for controller, stats in reconciles:
            for result in Result:
                results.add_metric((controller, result), stats.results[result])
            errors.add_metric((controller,), stats.results[Result.ERROR])
            active.add_metric((controller,), stats.active)
            workers.add_metric((controller,), WORKERS if controller == USER else 1)
        yield from (results, errors, active, workers)
        yield histogram_family(
            "controller_runtime_reconcile_time_seconds",
            "Seconds of a reconcile.",
            "controller",
            ((controller, stats.seconds) for controller, stats in reconciles),
        )


class QueueMetrics(Collector):
    """Exposes one work queue as client-go does."""

    def __init__(self, name: str, stats: QueueStats) -> None:
        self._name = name
        self._stats = stats

    def collect(self) -> Iterator[Metric]:
        """The families of client-go's workqueue."""
        stats, running = self._stats, self._stats.unfinished()
        for family, value in (
            (GaugeMetricFamily("workqueue_depth", "Names that wait.", labels=("name",)), stats.depth),
            (CounterMetricFamily("workqueue_adds", "Names added.", labels=("name",)), stats.adds),
            (
                CounterMetricFamily(
                    "workqueue_retries", "Names added after a pause, to try again.", labels=("name",)
                ),
                stats.retries,
            ),
            (
                GaugeMetricFamily(
                    "workqueue_unfinished_work_seconds",
                    "Seconds of work on names that are not done yet, together.",
                    labels=("name",),
                ),
                sum(running),
            ),
            (
                GaugeMetricFamily(
                    "workqueue_longest_running_processor_seconds",
                    "Seconds that the longest work has run which is not done yet.",
                    labels=("name",),
                ),
                max(running, default=0),
            ),
        ):
            family.add_metric((self._name,), value)
            yield family
        yield histogram_family(
            "workqueue_queue_duration_seconds",
            "Seconds that a name waits.",
            "name",
            [(self._name, stats.wait_seconds)],
        )
        yield histogram_family(
            "workqueue_work_duration_seconds",
            "Seconds that work on a name takes.",
            "name",
            [(self._name, stats.work_seconds)],
        )


class WebhookMetrics(Collector):
    """Exposes the admission webhook by path."""

    def __init__(self, stats: WebhookStats) -> None:
        self._stats = stats

    def collect(self) -> Iterator[Metric]:
        """The families of controller-runtime, and the reviews by how they were answered."""
        stats = self._stats
        requests = CounterMetricFamily(
            "controller_runtime_webhook_requests",
            "Requests of the API server by HTTP status.",
            labels=("webhook", "code"),
        )
        for (path, code), count in stats.requests.items():
            requests.add_metric((path, str(code)), count)
        reviews = CounterMetricFamily(
            "yurt_console_admission_reviews",
            "Admission reviews by result: allowed, denied, or error where it could not be decided.",
            labels=("webhook", "result"),
        )
        in_flight = GaugeMetricFamily(
            "controller_runtime_webhook_requests_in_flight",
            "Requests of the API server that are not answered yet.",
            labels=("webhook",),
        )
        for path in _WEBHOOKS:
            for result in Review:
                reviews.add_metric((path, result), stats.reviews[path, result])
            in_flight.add_metric((path,), stats.in_flight[path])
        yield from (requests, reviews, in_flight)
        yield histogram_family(
            "controller_runtime_webhook_latency_seconds",
            "Seconds of an answer to the API server.",
            "webhook",
            stats.seconds.items(),
        )

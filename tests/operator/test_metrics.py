"""/metrics of the operator as it runs: its own process, its own ServiceAccount, an API server."""

from __future__ import annotations

import signal
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from prometheus_client.parser import text_string_to_metric_families

from apimachinery.resources import (
    DAEMON_SETS,
    MUTATING_WEBHOOK_CONFIGURATIONS,
    NODES,
    ROLE_BINDINGS,
    VALIDATING_WEBHOOK_CONFIGURATIONS,
)
from tests.isolation.platform import kubelet_of, node
from tests.operator.process import Operator, credentials
from tests.planes.kubernetes_api import Answer
from tests.planes.plane import Plane, free_ports
from tests.planes.waiting import until
from yurt_console import __version__

__all__ = ["credentials"]

Samples: TypeAlias = Mapping[tuple[str, frozenset[tuple[str, str]]], float]
CONFIGURATIONS = (MUTATING_WEBHOOK_CONFIGURATIONS, VALIDATING_WEBHOOK_CONFIGURATIONS)
DEPARTED = "user-00000000000000000000-departed"
"""What a tenant's node is called; no kubelet may make one."""
LEADS = "leader_election_master_status"
RECONCILES = "controller_runtime_reconcile_total"
REVIEWS = "yurt_console_admission_reviews_total"


def scraped(port: int) -> Samples:
    """Every sample by name and labels; none while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as reply:
            text = reply.read().decode()
    except urllib.error.URLError:
        return {}
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}


def value(samples: Samples, metric: str, /, **labels: str) -> float:
    """The sum of the samples of that name with these labels."""
    wanted = labels.items()
    return sum(count for (name, pairs), count in samples.items() if name == metric and wanted <= pairs)


@pytest.fixture
def port() -> int:
    """The port of an operator's metrics; the three after it are free, too."""
    return free_ports(4)


@pytest.fixture
def operator(installed: Plane, credentials: Path, tmp_path: Path, port: int) -> Iterator[Operator]:
    """A running operator with metrics."""
    more = ("--lease-duration", "2", "--operator-metrics-port", str(port))
    operator = Operator(installed, credentials, tmp_path / "operator.log", more)
    operator.start()
    try:
        yield operator
        assert "Traceback" not in operator.log.read_text()
    finally:
        operator.stop()


@pytest.fixture
def webhook(operator: Operator, port: int) -> Iterator[Operator]:
    """The operator with a webhook; nobody is asked about anything afterwards."""
    operator.stop()
    address = ("--webhook-address", f"https://127.0.0.1:{port + 1}", "--webhook-port", str(port + 1))
    operator.more += address
    operator.start()
    try:
        yield operator
    finally:
        for resource in CONFIGURATIONS:
            operator.plane.api.delete(resource, "yurt-console")
        # a moment passes before the API server no longer asks
        until(lambda: register(operator.plane).code == 201, 20, "nobody is asked")


def at_rest(port: int) -> Samples:
    """The samples of a queue that is empty and has nothing in work."""
    found = scraped(port)
    busy = value(found, "workqueue_depth") + value(found, "controller_runtime_active_workers")
    return {} if busy else found


def register(plane: Plane) -> Answer:
    """What the API server answers to a kubelet that brings a departed tenant's node back."""
    return kubelet_of(plane.api, DEPARTED).ask("POST", f"{plane.api.path(NODES)}?dryRun=All", node(DEPARTED))


def test_the_operator_exposes_its_work_without_a_label_of_an_account(operator: Operator, port: int) -> None:
    process = operator
    until(lambda: value(scraped(port), LEADS) == 1, 30, "the operator leads")
    name = process.create("counted@example.com")
    process.effective(name)
    process.plane.api.delete(ROLE_BINDINGS, "yurt-console-tenant", name)
    until(lambda: process.exists(ROLE_BINDINGS, "yurt-console-tenant", name), 10, "the binding is back")
    samples = until(lambda: at_rest(port), 10, "the queue is at rest")

    assert value(samples, RECONCILES, controller="user", result="success") >= 2
    reconciles = value(samples, RECONCILES, controller="user")
    seconds = "controller_runtime_reconcile_time_seconds_count"
    assert value(samples, seconds, controller="user") == reconciles
    assert value(samples, "workqueue_work_duration_seconds_count", name="user") == reconciles
    assert value(samples, "workqueue_adds_total", name="user") >= reconciles
    assert value(samples, RECONCILES, controller="node") >= 1
    assert value(samples, "rest_client_requests_total", method="POST", code="201") >= 5
    assert value(samples, "rest_client_requests_total", method="GET", code="200") >= 5
    assert value(samples, "yurt_console_build_info", version=__version__) == 1
    assert value(samples, "process_resident_memory_bytes") > 0
    assert not any(name in str(key) or "counted" in str(key) for key in samples)


def daemon_set(name: str) -> dict[str, Any]:
    labels = {"app": name}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "c", "image": "nginx:1.25"}]},
    }
    spec = {"selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": name}, "spec": spec}


def test_the_webhook_counts_its_answers(webhook: Operator, port: int) -> None:
    until(lambda: register(webhook.plane).code == 403, 20, "the webhook refuses")
    created = value(scraped(port), "rest_client_requests_total", method="POST", code="201")
    assert created >= len(CONFIGURATIONS), "also requests of what runs in every replica"
    api, tenant = webhook.plane.api, webhook.create("asked@example.com")
    webhook.effective(tenant)
    path = f"{api.path(DAEMON_SETS, namespace=tenant)}?dryRun=All"
    assert api.ask("POST", path, daemon_set("allowed")).code == 201
    samples = scraped(port)

    assert value(samples, REVIEWS, result="denied") >= 1
    for path in ("/mutate", "/validate"):
        assert value(samples, REVIEWS, webhook=path, result="allowed") >= 1
    assert value(samples, REVIEWS, result="error") == 0
    for path in ("/mutate", "/validate"):
        answered = value(samples, "controller_runtime_webhook_requests_total", webhook=path, code="200")
        assert answered == value(samples, REVIEWS, webhook=path)
        assert value(samples, "controller_runtime_webhook_latency_seconds_count", webhook=path) == answered
        assert value(samples, "controller_runtime_webhook_requests_in_flight", webhook=path) == 0
    assert not any(DEPARTED in str(key) or tenant in str(key) for key in samples)


def test_one_of_two_operators_leads_and_the_other_after_its_end(
    operator: Operator, port: int, tmp_path: Path
) -> None:
    until(lambda: value(scraped(port), LEADS) == 1, 30, "the first leads")
    more = ("--lease-duration", "2", "--operator-metrics-port", str(port + 1))
    second = Operator(operator.plane, operator.kubeconfig, tmp_path / "second.log", more)
    second.start()
    try:
        until(lambda: scraped(port + 1), 30, "the second listens")
        until(lambda: requests(port + 1) > 1, 30, "the second is a candidate")
        assert value(scraped(port + 1), LEADS) == 0
        assert value(scraped(port), LEADS) == 1
        operator.stop(signal.SIGKILL)
        until(lambda: value(scraped(port + 1), LEADS) == 1, 30, "the second leads")
    finally:
        second.stop()


def requests(port: int) -> float:
    """How many requests an operator made."""
    return value(scraped(port), "rest_client_requests_total")


def test_a_port_that_is_taken_ends_the_operator_with_its_reason(
    operator: Operator, port: int, tmp_path: Path
) -> None:
    until(lambda: scraped(port), 30, "the first listens")
    second = Operator(operator.plane, operator.kubeconfig, tmp_path / "second.log", operator.more)
    second.start()
    assert second.process is not None
    try:
        assert second.process.wait(30) == 1
    finally:
        second.stop()
    assert f"cannot listen on 127.0.0.1 port {port}: " in second.log.read_text()

"""When workloads count as healthy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery.selectors import Selector
from tests.rows import bare, condition, deployment, job, pod
from yurt_console.rows import Job, Pod, Workload
from yurt_console.yurt import workloads


@pytest.mark.parametrize(
    ("phase", "ready", "healthy"),
    [("Running", True, True), ("Running", False, False), ("Succeeded", False, True), ("Failed", False, False),
     ("Pending", False, False), ("Unknown", True, False), ("", False, False)],
)  # fmt: skip
def test_pods(phase: str, ready: bool, healthy: bool) -> None:
    assert workloads.pod_healthy(pod(phase=phase, ready=ready)) == healthy


def test_a_pods_status_is_its_reason_then_its_phase() -> None:
    assert workloads.pod_status(pod(reason="CrashLoopBackOff")) == "CrashLoopBackOff"
    assert workloads.pod_status(pod(reason="", phase="Pending")) == "Pending"
    assert workloads.pod_status(bare(Pod)) == "Unknown"


def test_only_pods_that_are_on_a_node_and_not_over_take_its_resources() -> None:
    assert workloads.occupies(pod())
    assert workloads.occupies(pod(phase="Pending"))
    assert not workloads.occupies(pod(node=""))
    assert not workloads.occupies(pod(phase="Succeeded"))
    assert not workloads.occupies(pod(phase="Failed"))


@pytest.mark.parametrize(
    ("fields", "healthy"),
    [
        ({}, True),
        ({"wanted": 3, "ready": 2}, False),
        ({"wanted": 3, "ready": 3}, True),
        ({"wanted": 2, "ready": 3}, True),
        ({"wanted": 0, "ready": 0}, True),
        ({"generation": 2, "observed_generation": 1}, False),
        ({"wanted": 1, "ready": 1, "replicas": 4}, True),
    ],
)
def test_deployments_and_their_like(fields: dict[str, Any], healthy: bool) -> None:
    assert workloads.workload_healthy(deployment(**fields)) == healthy


def test_a_workload_that_wants_nothing_and_says_nothing_is_healthy() -> None:
    assert workloads.workload_healthy(bare(Workload))


@pytest.mark.parametrize(
    ("fields", "status", "healthy"),
    [
        ({}, "Running", True),
        ({"active": 0}, "Running", False),
        ({"active": 1, "failed": 2}, "Running", True),
        ({"active": 0, "succeeded": 1, "conditions": (condition("Complete"),)}, "Complete", True),
        ({"active": 0, "failed": 7, "conditions": (condition("Failed"),)}, "Failed", False),
        ({"active": 1, "conditions": (condition("Failed"),)}, "Failed", False),
        ({"conditions": (condition("Failed", "False"),)}, "Running", True),
        ({"active": 0, "suspended": True}, "Suspended", False),
        ({"active": 0, "conditions": (condition("Suspended"),)}, "Suspended", False),
        ({"active": 0, "suspended": True, "conditions": (condition("Complete"),)}, "Complete", True),
    ],
)
def test_jobs(fields: dict[str, Any], status: str, healthy: bool) -> None:
    assert workloads.job_status(job(**fields)) == status
    assert workloads.job_healthy(job(**fields)) == healthy
    assert status in workloads.JOB_STATUSES


def test_a_job_without_conditions_is_running() -> None:
    assert workloads.job_status(bare(Job)) == "Running"


def test_a_cron_job_is_as_healthy_as_its_last_job() -> None:
    failed = job("old", created="2024-03-01T00:00:00Z", active=0, conditions=(condition("Failed"),))
    begun = job("new", created="2024-03-02T00:00:00Z", active=0)
    assert workloads.cron_job_healthy(workloads.last_job([]))
    assert not workloads.cron_job_healthy(workloads.last_job([failed]))
    assert workloads.cron_job_healthy(workloads.last_job([begun, failed]))
    assert workloads.last_job([failed, begun]) is begun


LABELS = st.dictionaries(
    st.from_regex(r"([a-z]{1,5}\.io/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?", fullmatch=True),
    st.just("") | st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?", fullmatch=True),
)


@given(LABELS)
def test_labels_as_text_lose_nothing_and_keep_one_order(labels: dict[str, str]) -> None:
    text = workloads.labels_text(labels)
    assert dict(part.split("=", 1) for part in text.split(",") if part) == labels
    assert workloads.labels_text(dict(reversed(labels.items()))) == text
    assert Selector.parse(text).matches(labels)


def test_labels_read_as_in_the_contract() -> None:
    assert workloads.labels_text({"k2": "v2", "k": "v"}) == "k=v,k2=v2"
    assert workloads.labels_text({}) == ""

"""Health and states of pods, workloads, jobs and cron jobs.

Source: docs/decisions/0027-the-contract-decided.md.
"""

from __future__ import annotations

from collections.abc import Iterable

from yurt_console.rows import CronJob, Job, Labels, Pod, Workload

READY, UPDATING, DEGRADED, NOT_READY = "Ready", "Updating", "Degraded", "NotReady"
SCHEDULED, ACTIVE = "Scheduled", "Active"
RUNNING, COMPLETE, FAILED, SUSPENDED = "Running", "Complete", "Failed", "Suspended"
JOB_STATUSES = (RUNNING, COMPLETE, FAILED, SUSPENDED)
"""All statuses of a job, for filters."""


def pod_healthy(pod: Pod) -> bool:
    """Succeeded, or Running with all containers ready: a crash loop is Running and not healthy."""
    return pod.phase == "Succeeded" or (pod.phase == "Running" and pod.ready)


def pod_status(pod: Pod) -> str:
    """kubectl's STATUS; "Unknown" for a pod without phase and reason."""
    return pod.reason or pod.phase or "Unknown"


def occupies(pod: Pod) -> bool:
    """Whether the pod's requests count on its node: it is scheduled and has not finished."""
    return bool(pod.node) and pod.phase not in ("Succeeded", "Failed")


def workload_healthy(workload: Workload) -> bool:
    """The current generation is observed and all desired replicas are ready; also with zero desired."""
    return workload.observed_generation >= workload.generation and workload.ready >= workload.wanted


def workload_state(workload: Workload) -> str:
    """``Ready``; ``Updating`` while not all pods are of the current template; ``Degraded``, ``NotReady``."""
    if workload_healthy(workload):
        return READY
    if workload.observed_generation < workload.generation or workload.updated < workload.wanted:
        return UPDATING
    return DEGRADED if workload.ready else NOT_READY


def job_status(job: Job) -> str:
    """One of `JOB_STATUSES`; Complete and Failed take precedence over Suspended."""
    holds = {condition.type for condition in job.conditions if condition.status == "True"}
    if FAILED in holds:
        return FAILED
    if COMPLETE in holds:
        return COMPLETE
    return SUSPENDED if job.suspended or SUSPENDED in holds else RUNNING


def job_healthy(job: Job) -> bool:
    """Complete, or with active pods and not failed."""
    status = job_status(job)
    return status == COMPLETE or (status != FAILED and job.active > 0)


def last_job(jobs: Iterable[Job]) -> Job | None:
    """The newest of a cron job's jobs; None without any."""
    return max(jobs, key=lambda job: (job.created, job.name), default=None)


def cron_job_healthy(last: Job | None) -> bool:
    """Whether the last job has not failed; True for a cron job without runs."""
    return last is None or job_status(last) != FAILED


def cron_job_status(cron_job: CronJob, last: Job | None) -> str:
    """``Suspended``, ``Active`` during a run, ``Failed`` after a failed ``last`` one, else ``Scheduled``."""
    if cron_job.suspended:
        return SUSPENDED
    if cron_job.active:
        return ACTIVE
    return SCHEDULED if cron_job_healthy(last) else FAILED


def labels_text(labels: Labels) -> str:
    """The contract's labels as text, "app=web,tier=front", sorted by key as in kubectl."""
    return ",".join([f"{key}={labels[key]}" for key in sorted(labels)])

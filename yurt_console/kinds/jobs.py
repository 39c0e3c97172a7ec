"""``GET /jobs`` and ``/cronjobs``."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

import msgspec

from apimachinery import resources
from yurt_console.cache.wire import workloads as wire
from yurt_console.inventory.dependencies import ScopeRows
from yurt_console.inventory.table_spec import Health, TableSpec, namespace
from yurt_console.kinds.cells import Image, images, owner
from yurt_console.kinds.kind_spec import KindSpec
from yurt_console.kinds.list_spec import ListSpec, RenderContext, RowView
from yurt_console.rows import CronJob, Job
from yurt_console.yurt.workloads import FAILED, cron_job_status, job_healthy, job_status, labels_text


class PodStatus(msgspec.Struct, frozen=True):
    """A job's pods by state."""

    active: int
    failed: int
    succeeded: int


class JobRow(msgspec.Struct, frozen=True, rename="camel"):
    """One Job: the contract's fields, then further ones."""

    name: str
    tags: str
    status: str
    pod_status: PodStatus
    images: list[Image]
    start_time: str
    """Start time; before the start the creation time, as the contract defines it."""
    completion_time: str
    namespace: str
    uid: str
    create_time: str
    reason: str
    completions: int
    parallelism: int
    owner_kind: str
    owner_name: str


class JobList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of Jobs."""

    items: list[JobRow]
    total: int
    stale_since: str | None


class CronJobRow(msgspec.Struct, frozen=True, rename="camel"):
    """One CronJob, in the style of the contract's jobs."""

    name: str
    tags: str
    status: str
    """``Suspended``, ``Active`` during a run, ``Failed`` after a failed one, else ``Scheduled``."""
    schedule: str
    active: int
    last_schedule_time: str
    images: list[Image]
    create_time: str
    namespace: str
    uid: str


class CronJobList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of CronJobs."""

    items: list[CronJobRow]
    total: int
    stale_since: str | None


def _job(job: Job) -> JobRow:
    failed = (item for item in job.conditions if item.type == FAILED and item.status == "True")
    return JobRow(
        name=job.name,
        tags=labels_text(job.labels),
        status=job_status(job),
        pod_status=PodStatus(job.active, job.failed, job.succeeded),
        images=images(job),
        start_time=job.start_time or job.created,
        completion_time=job.completion_time,
        namespace=job.namespace,
        uid=job.uid,
        create_time=job.created,
        reason=next((item.message or item.reason for item in failed), ""),
        completions=job.completions,
        parallelism=job.parallelism,
        owner_kind=job.owner_kind,
        owner_name=job.owner_name,
    )


_JOB_VIEW: Final = RowView(
    row=_job,
    status=job_status,
    keys={
        "name": attrgetter("name"),
        "namespace": attrgetter("namespace"),
        "createTime": attrgetter("created"),
        "status": job_status,
        "startTime": lambda job: job.start_time or job.created,
        "completionTime": attrgetter("completion_time"),
        "owner": owner,
    },
)


def _cron_view(context: RenderContext) -> RowView[CronJob]:
    def status(cron_job: CronJob) -> str:
        return cron_job_status(cron_job, context.inventory.last_run(cron_job))

    def row(cron_job: CronJob) -> CronJobRow:
        return CronJobRow(
            name=cron_job.name,
            tags=labels_text(cron_job.labels),
            status=status(cron_job),
            schedule=cron_job.schedule,
            active=cron_job.active,
            last_schedule_time=cron_job.last_schedule_time,
            images=images(cron_job),
            create_time=cron_job.created,
            namespace=cron_job.namespace,
            uid=cron_job.uid,
        )

    return RowView(
        row=row,
        status=status,
        keys={
            "name": attrgetter("name"),
            "namespace": attrgetter("namespace"),
            "createTime": attrgetter("created"),
            "status": status,
            "schedule": attrgetter("schedule"),
            "lastScheduleTime": attrgetter("last_schedule_time"),
        },
    )


JOBS: Final = KindSpec(
    resource=resources.JOBS,
    table=TableSpec(resources.JOBS, wire.JOBS, scope=namespace, health=Health(job_healthy, job_status)),
    list=ListSpec(
        summary="Jobs",
        view=lambda _context: _JOB_VIEW,
        sorts=tuple(_JOB_VIEW.keys),
        reply=JobList,
        exact=("name", "owner"),
        texts=attrgetter("images"),
    ),
    object_page=True,
    on_overview=True,
)
CRON_JOBS: Final = KindSpec(
    resource=resources.CRON_JOBS,
    table=TableSpec(resources.CRON_JOBS, wire.CRON_JOBS, scope=namespace),
    list=ListSpec(
        summary="CronJobs",
        view=_cron_view,
        sorts=("name", "namespace", "createTime", "status", "schedule", "lastScheduleTime"),
        reply=CronJobList,
        depends_on=(ScopeRows("jobs"),),
        texts=attrgetter("images"),
    ),
    object_page=True,
    on_overview=True,
)

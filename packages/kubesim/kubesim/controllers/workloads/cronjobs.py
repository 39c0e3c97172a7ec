"""The CronJob controller: creates a Job at each scheduled time."""

from __future__ import annotations

from datetime import UTC, datetime

from apimachinery.errors import StatusError
from apimachinery.resources import CRON_JOBS, JOBS
from apimachinery.times import rfc3339
from kubesim.controllers.event_recorder import EventText
from kubesim.controllers.manager import (
    ControllerManager,
    controller_of,
    controller_refs,
    enqueue,
    enqueue_after,
    is_terminating,
    seconds,
)
from kubesim.controllers.workloads.jobs import end_of
from kubesim.machinery.options import DeleteOptions
from kubesim.model.cron import ScheduleError, parse
from kubesim.storage.log import Change, Object, Ref

_COMPONENT = "cronjob-controller"
_MOST_MISSED = 100


class CronJobController:
    """cronjob-controller."""

    def __init__(self, manager: ControllerManager) -> None:
        self.manager = manager
        manager.on(CRON_JOBS, lambda change: enqueue(self, change.record.ref))
        manager.on(JOBS, self._job_changed)

    def _job_changed(self, change: Change) -> None:
        owner = controller_of(change.record.object)
        if owner is not None and owner["kind"] == "CronJob":
            enqueue(self, Ref("batch", "cronjobs", change.record.ref.namespace, owner["name"]))

    def reconcile(self, ref: Ref) -> None:
        """Update the active Jobs, delete old ones, start a due one, and enqueue for the next time."""
        cron_job = self.manager.index.get(ref)
        if cron_job is None or is_terminating(cron_job):
            return
        jobs = self.manager.index.dependents(cron_job["metadata"]["uid"], "jobs")
        self._tidy(cron_job, jobs)
        cron_job = self._note_active(cron_job, jobs)
        if cron_job["spec"].get("suspend"):
            return
        try:
            schedule = parse(cron_job["spec"]["schedule"])
        except ScheduleError as error:
            text = f'unparseable schedule: "{cron_job["spec"]["schedule"]}" : {error}'
            self.manager.record_event(
                cron_job, EventText("UnparseableSchedule", text, warning=True), _COMPONENT
            )
            return
        now = datetime.fromtimestamp(self.manager.now(), UTC)
        last = cron_job.get("status", {}).get("lastScheduleTime") or cron_job["metadata"]["creationTimestamp"]
        due, missed = None, 0
        moment = schedule.next_after(datetime.fromisoformat(last))
        while moment is not None and moment <= now and missed <= _MOST_MISSED:
            due, moment, missed = moment, schedule.next_after(moment), missed + 1
        if missed > _MOST_MISSED:
            # too many missed times: only the last one matters
            due = self._last_before(cron_job, now)
            moment = schedule.next_after(now)
        if due is not None:
            self._run(ref, cron_job, due, now)
        if moment is not None:
            enqueue_after(self, ref, moment.timestamp() - self.manager.now() + 0.1)

    @staticmethod
    def _last_before(cron_job: Object, now: datetime) -> datetime | None:
        schedule = parse(cron_job["spec"]["schedule"])
        for back in (60, 3600, 86400, 7 * 86400, 32 * 86400, 367 * 86400):
            moment = schedule.next_after(datetime.fromtimestamp(now.timestamp() - back, UTC))
            if moment is None or moment > now:
                continue
            while (later := schedule.next_after(moment)) is not None and later <= now:
                moment = later
            return moment
        return None

    def _run(self, ref: Ref, cron_job: Object, due: datetime, now: datetime) -> None:
        spec = cron_job["spec"]
        deadline = spec.get("startingDeadlineSeconds")
        if deadline is not None and due.timestamp() + deadline < now.timestamp():
            text = f"Missed scheduled time to start a job: {due.strftime('%a, %d %b %Y %H:%M:%S')} +0000"
            self.manager.record_event(cron_job, EventText("MissSchedule", text, warning=True), _COMPONENT)
            return
        active = cron_job.get("status", {}).get("active") or []
        if active and spec.get("concurrencyPolicy") == "Forbid":
            return
        if active and spec.get("concurrencyPolicy") == "Replace":
            for one in active:
                self.manager.server.delete(
                    JOBS, ref.namespace, one["name"], DeleteOptions(propagation="Background")
                )
                event = EventText("SuccessfulDelete", f"Deleted job {one['name']}")
                self.manager.record_event(cron_job, event, _COMPONENT)
            active = []
        template = spec["jobTemplate"]
        inner = {
            key: value
            for key, value in template.get("metadata", {}).items()
            if key in ("labels", "annotations")
        }
        metadata = {
            **inner,
            "name": f"{ref.name}-{int(due.timestamp())}",
            "ownerReferences": controller_refs(cron_job),
        }
        try:
            job = self.manager.server.create(
                JOBS, ref.namespace, {"metadata": metadata, "spec": template["spec"]}
            )
        except StatusError as error:
            if error.status.reason != "AlreadyExists":
                event = EventText("FailedCreate", f"Error creating job: {error.status.message}", warning=True)
                self.manager.record_event(cron_job, event, _COMPONENT)
            return
        name = job["metadata"]["name"]
        self.manager.record_event(cron_job, EventText("SuccessfulCreate", f"Created job {name}"), _COMPONENT)
        status = {
            **cron_job.get("status", {}),
            "active": [*active, _reference(job)],
            "lastScheduleTime": rfc3339(due),
        }
        self.manager.server.store(CRON_JOBS, {**cron_job, "status": status})

    def _note_active(self, cron_job: Object, jobs: list[Object]) -> Object:
        running = {job["metadata"]["uid"] for job in jobs if not end_of(job)}
        status = cron_job.get("status") or {}
        active_jobs = []
        for one in status.get("active") or ():
            if one["uid"] in running:
                active_jobs.append(one)
                continue
            job = self.manager.index.by_uid(one["uid"])
            if job is not None:
                how = job["status"]["conditions"][-1]["type"]
                text = f"Saw completed job: {one['name']}, status: {how}"
                self.manager.record_event(cron_job, EventText("SawCompletedJob", text), _COMPONENT)
        new: Object = {key: value for key, value in status.items() if key != "active"} | (
            {"active": active_jobs} if active_jobs else {}
        )
        return (
            self.manager.server.store(CRON_JOBS, {**cron_job, "status": new}) if new != status else cron_job
        )

    def _tidy(self, cron_job: Object, jobs: list[Object]) -> None:
        for kind, limit in (("Complete", "successfulJobsHistoryLimit"), ("Failed", "failedJobsHistoryLimit")):
            over = [job for job in jobs if end_of(job) and job["status"]["conditions"][-1]["type"] == kind]
            over.sort(key=lambda job: seconds(job["status"].get("startTime")))
            keep = cron_job["spec"].get(limit)
            for job in over[: max(len(over) - keep, 0)] if keep is not None else ():
                metadata = job["metadata"]
                options = DeleteOptions(propagation="Background")
                self.manager.server.delete(JOBS, metadata["namespace"], metadata["name"], options)
                event = EventText("SuccessfulDelete", f"Deleted job {metadata['name']}")
                self.manager.record_event(cron_job, event, _COMPONENT)


def _reference(job: Object) -> Object:
    metadata = job["metadata"]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "name": metadata["name"],
        "namespace": metadata["namespace"],
        "resourceVersion": metadata["resourceVersion"],
        "uid": metadata["uid"],
    }

"""The Job controller: runs pods until enough have succeeded or too many have failed."""

from __future__ import annotations

from apimachinery.errors import StatusError
from apimachinery.resources import JOBS, PODS
from kubesim.controllers.event_recorder import EventText
from kubesim.controllers.manager import ControllerManager, enqueue, enqueue_after, is_terminating, seconds
from kubesim.controllers.workloads.replicasets import active, adopt, new_pod, on_pods, pods_of
from kubesim.machinery.options import DeleteOptions
from kubesim.storage.log import Object, Ref

_COMPONENT = "job-controller"
_FIRST_BACK_OFF, _LONGEST_BACK_OFF = 10.0, 360.0
_RETRY = 5.0


class JobController:
    """job-controller, and ttl-after-finished-controller."""

    def __init__(self, manager: ControllerManager) -> None:
        self.manager = manager
        manager.on(JOBS, lambda change: enqueue(self, change.record.ref))
        on_pods(manager, self, "Job", "jobs")

    def reconcile(self, ref: Ref) -> None:
        """Create missing pods, and set the final condition."""
        job = self.manager.index.get(ref)
        if job is None or is_terminating(job):
            return
        if ended := end_of(job):
            self._expire(ref, job, ended)
            return
        adopt(self.manager, job)
        pods = pods_of(self.manager, job)
        running = active(pods)
        status: Object = dict(job.get("status") or {})
        status.setdefault("startTime", self.manager.timestamp())
        succeeded = sum(pod["status"].get("phase") == "Succeeded" for pod in pods)
        failed = sum(pod["status"].get("phase") == "Failed" for pod in pods)
        if failure := self._failure(job, status, pods, failed):
            for pod in running:
                self.manager.server.delete(PODS, ref.namespace, pod["metadata"]["name"])
            running = []
            self._conclude(job, status, "Failed", failure)
        elif self._is_complete(job["spec"], succeeded, running):
            self._conclude(job, status, "Complete", EventText("Completed", "Job completed"))
            status["completionTime"] = self.manager.timestamp()
        else:
            running = self._manage(ref, job, running, succeeded)
        counts = {"active": len(running), "succeeded": succeeded, "failed": failed}
        status = {key: value for key, value in status.items() if key not in counts}
        status |= {key: value for key, value in counts.items() if value}
        job = self.manager.index.get(ref)
        if job is not None and status != job.get("status"):
            self.manager.server.store(JOBS, {**job, "status": status})

    def _failure(self, job: Object, status: Object, pods: list[Object], failed: int) -> EventText | None:
        spec = job["spec"]
        limit = spec["backoffLimit"]
        restarts = sum(
            one["restartCount"]
            for pod in pods
            if pod["spec"].get("restartPolicy") == "OnFailure"
            and pod["status"].get("phase") in ("Running", "Pending")
            for one in pod["status"].get("containerStatuses") or ()
        )
        if failed > limit or (restarts and restarts >= max(limit, 1)):
            return EventText(
                "BackoffLimitExceeded", "Job has reached the specified backoff limit", warning=True
            )
        deadline = spec.get("activeDeadlineSeconds")
        if deadline is not None:
            left = seconds(status["startTime"]) + deadline - self.manager.now()
            if left <= 0:
                return EventText(
                    "DeadlineExceeded", "Job was active longer than specified deadline", warning=True
                )
            metadata = job["metadata"]
            enqueue_after(self, Ref("batch", "jobs", metadata["namespace"], metadata["name"]), left + 0.1)
        return None

    @staticmethod
    def _is_complete(spec: Object, succeeded: int, running: list[Object]) -> bool:
        wanted = spec.get("completions")
        if wanted is None:
            return succeeded > 0 and not running
        return bool(succeeded >= wanted)

    def _manage(self, ref: Ref, job: Object, running: list[Object], succeeded: int) -> list[Object]:
        spec = job["spec"]
        completions, parallelism = spec.get("completions"), spec["parallelism"]
        if completions is None:
            wanted = len(running) if succeeded else parallelism
        else:
            wanted = min(parallelism, completions - succeeded)
        for pod in running[wanted:]:
            self.manager.server.delete(PODS, ref.namespace, pod["metadata"]["name"])
            event = EventText("SuccessfulDelete", f"Deleted pod: {pod['metadata']['name']}")
            self.manager.record_event(job, event, _COMPONENT)
        if len(running) >= wanted or self._waits(ref, job):
            return running[:wanted]
        started = list(running)
        for _ in range(wanted - len(running)):
            try:
                pod = new_pod(self.manager, job, spec["template"])
            except StatusError as error:
                event = EventText("FailedCreate", f"Error creating: {error.status.message}", warning=True)
                self.manager.record_event(job, event, _COMPONENT)
                enqueue_after(self, ref, _RETRY)
                break
            started.append(pod)
            self.manager.record_event(
                job, EventText("SuccessfulCreate", f"Created pod: {pod['metadata']['name']}"), _COMPONENT
            )
        return started

    def _waits(self, ref: Ref, job: Object) -> bool:
        """Backoff after failures: 10 s, 20 s, 40 s, up to 6 min."""
        failed = [pod for pod in pods_of(self.manager, job) if pod["status"].get("phase") == "Failed"]
        if not failed:
            return False
        ended = max(
            seconds(one["state"]["terminated"]["finishedAt"])
            for pod in failed
            for one in pod["status"].get("containerStatuses") or ()
            if "terminated" in one["state"]
        )
        left = ended + min(_FIRST_BACK_OFF * 2 ** (len(failed) - 1), _LONGEST_BACK_OFF) - self.manager.now()
        if left > 0:
            enqueue_after(self, ref, left)
        return bool(left > 0)

    def _conclude(self, job: Object, status: Object, kind: str, event: EventText) -> None:
        now = self.manager.timestamp()
        condition = {"type": kind, "status": "True", "lastProbeTime": now, "lastTransitionTime": now}
        if event.warning:
            condition |= {"reason": event.reason, "message": event.message}
        status["conditions"] = [*(status.get("conditions") or ()), condition]
        self.manager.record_event(job, event, _COMPONENT)

    def _expire(self, ref: Ref, job: Object, ended: str) -> None:
        ttl = job["spec"].get("ttlSecondsAfterFinished")
        if ttl is None:
            return
        left = seconds(ended) + ttl - self.manager.now()
        if left > 0:
            enqueue_after(self, ref, left)
            return
        self.manager.server.delete(JOBS, ref.namespace, ref.name, DeleteOptions(propagation="Foreground"))


def end_of(job: Object) -> str:
    """The completion time of a Job, "" while it runs."""
    for condition in (job.get("status") or {}).get("conditions") or ():
        if condition["type"] in ("Complete", "Failed") and condition["status"] == "True":
            return str(condition["lastTransitionTime"])
    return ""

"""StatefulSets, DaemonSets, Jobs and CronJobs."""

from __future__ import annotations

from apimachinery.resources import CRON_JOBS, DAEMON_SETS, JOBS, NODES, PODS, STATEFUL_SETS, Resource
from kubesim.controllers.workloads.revisions import CONTROLLER_REVISIONS
from tests.kubesim.controllers.cluster import Cluster, template, workload

CLAIMS = Resource("", "persistentvolumeclaims", "PersistentVolumeClaim", True, ("v1",))


def images(cluster: Cluster) -> dict[str, str]:
    return {pod["metadata"]["name"]: pod["spec"]["containers"][0]["image"] for pod in cluster.pods()}


async def test_a_stateful_set_starts_its_pods_one_after_the_other(cluster: Cluster) -> None:
    cluster.create(STATEFUL_SETS, "db", workload(3, serviceName="db"))

    def done() -> bool:
        pods = cluster.pods()
        assert len(pods) <= cluster.ready() + 1
        return cluster.ready() == 3

    await cluster.until(done)
    assert [*images(cluster)] == ["db-0", "db-1", "db-2"]
    pod = cluster.get(PODS, "db-1")
    assert (pod["spec"]["hostname"], pod["spec"]["subdomain"]) == ("db-1", "db")
    await cluster.later(1)
    status = cluster.get(STATEFUL_SETS, "db")["status"]
    assert (status["readyReplicas"], status["currentRevision"]) == (3, status["updateRevision"])
    assert ("SuccessfulCreate", "create Pod db-2 in StatefulSet db successful") in cluster.events_of(
        "StatefulSet"
    )


async def test_a_stateful_set_in_parallel_starts_them_at_once(cluster: Cluster) -> None:
    cluster.create(STATEFUL_SETS, "db", workload(3, serviceName="db", podManagementPolicy="Parallel"))
    await cluster.later(0.2)
    assert len(cluster.pods()) == 3


async def test_a_stateful_set_shrinks_from_the_end_and_keeps_its_claims(cluster: Cluster) -> None:
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    cluster.create(STATEFUL_SETS, "db", workload(3, serviceName="db", volumeClaimTemplates=[claim]))
    await cluster.until(lambda: cluster.ready() == 3)
    cluster.change(STATEFUL_SETS, "db", {"replicas": 1})
    await cluster.later(30)
    assert [*images(cluster)] == ["db-0"]
    claims = cluster.server.list(CLAIMS, "shop")
    assert [one["metadata"]["name"] for one in claims] == ["data-db-0", "data-db-1", "data-db-2"]
    assert {one["status"]["phase"] for one in claims} == {"Bound"}


async def test_a_stateful_set_rolls_from_the_end_down_to_its_partition(cluster: Cluster) -> None:
    update = {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}
    cluster.create(STATEFUL_SETS, "db", workload(3, "redis:6", serviceName="db", updateStrategy=update))
    await cluster.until(lambda: cluster.ready() == 3)
    cluster.change(STATEFUL_SETS, "db", {"template": template("redis:7")})
    await cluster.later(90)
    assert images(cluster) == {"db-0": "redis:6", "db-1": "redis:7", "db-2": "redis:7"}
    status = cluster.get(STATEFUL_SETS, "db")["status"]
    assert (status["currentReplicas"], status["updatedReplicas"]) == (1, 2)
    cluster.change(
        STATEFUL_SETS, "db", {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}}
    )
    await cluster.later(60)
    assert set(images(cluster).values()) == {"redis:7"}
    assert len(cluster.server.list(CONTROLLER_REVISIONS)) == 2


def daemon(image: str = "fluent:1", **spec: object) -> dict[str, object]:
    return {"selector": {"matchLabels": {"app": "web"}}, "template": template(image, **spec)}


async def test_a_daemon_set_is_on_every_node_that_it_wants_and_tolerates(cluster: Cluster) -> None:
    node = cluster.server.get(NODES, "", "edge-2")
    taint = {"key": "dedicated", "value": "x", "effect": "NoSchedule"}
    cluster.server.update(NODES, "", "edge-2", {**node, "spec": {**node["spec"], "taints": [taint]}})
    cluster.create(DAEMON_SETS, "agent", daemon())
    await cluster.until(lambda: cluster.ready() == 2)
    assert {pod["spec"]["nodeName"] for pod in cluster.pods()} == {"edge-1", "edge-3"}
    cluster.add_node("edge-4")
    await cluster.until(lambda: cluster.ready() == 3)
    await cluster.later(1)
    status = cluster.get(DAEMON_SETS, "agent")["status"]
    assert (status["desiredNumberScheduled"], status["numberAvailable"]) == (3, 3)
    cluster.server.delete(NODES, "", "edge-4")
    await cluster.later(60)
    assert cluster.get(DAEMON_SETS, "agent")["status"]["desiredNumberScheduled"] == 2
    assert len(cluster.pods()) == 2


async def test_a_daemon_set_rolls_one_node_at_a_time(cluster: Cluster) -> None:
    cluster.create(DAEMON_SETS, "agent", daemon())
    await cluster.until(lambda: cluster.ready() == 3)
    cluster.change(DAEMON_SETS, "agent", {"template": template("fluent:2")})

    def done() -> bool:
        assert cluster.ready() >= 2
        return set(images(cluster).values()) == {"fluent:2"} and cluster.ready() == 3

    await cluster.until(done)
    await cluster.later(1)
    assert cluster.get(DAEMON_SETS, "agent")["status"]["updatedNumberScheduled"] == 3


async def test_a_job_completes_when_enough_of_its_pods_have(cluster: Cluster) -> None:
    spec = {
        "completions": 3,
        "parallelism": 2,
        "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox:1"}]}},
    }
    cluster.create(JOBS, "import", spec)
    await cluster.later(0.5)
    assert cluster.get(JOBS, "import")["status"]["active"] == 2
    await cluster.later(120)
    job = cluster.get(JOBS, "import")
    assert job["status"]["succeeded"] == 3
    assert job["status"]["conditions"][0]["type"] == "Complete"
    assert "completionTime" in job["status"]
    assert ("Completed", "Job completed") in cluster.events_of("Job")
    assert len(cluster.pods()) == 3


async def test_a_job_gives_up_after_its_failures(cluster: Cluster) -> None:
    spec = {
        "backoffLimit": 2,
        "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "x/fail"}]}},
    }
    cluster.create(JOBS, "import", spec)
    await cluster.later(200)
    job = cluster.get(JOBS, "import")
    assert job["status"]["failed"] == 3
    assert job["status"]["conditions"][0]["reason"] == "BackoffLimitExceeded"


async def test_a_finished_job_goes_after_its_time(cluster: Cluster) -> None:
    spec = {
        "ttlSecondsAfterFinished": 60,
        "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox:1"}]}},
    }
    cluster.create(JOBS, "import", spec)
    await cluster.later(45)
    assert cluster.get(JOBS, "import")["status"]["succeeded"] == 1
    await cluster.later(70)
    assert cluster.server.find(JOBS, "shop", "import") is None
    assert not cluster.pods()


def cron(schedule: str = "*/5 * * * *", image: str = "busybox:1", **spec: object) -> dict[str, object]:
    pod = {"restartPolicy": "Never", "containers": [{"name": "c", "image": image}]}
    return {"schedule": schedule, "jobTemplate": {"spec": {"template": {"spec": pod}}}, **spec}


async def test_a_cron_job_starts_jobs_in_time_and_keeps_the_last_ones(cluster: Cluster) -> None:
    cluster.create(CRON_JOBS, "report", cron())
    await cluster.later(3700)
    jobs = cluster.server.list(JOBS, "shop")
    assert len(jobs) == 3
    status = cluster.get(CRON_JOBS, "report")["status"]
    assert status["lastScheduleTime"] == "2026-01-01T01:00:00Z"
    assert all("completionTime" in job["status"] for job in jobs[:2])
    assert (
        "SawCompletedJob",
        f"Saw completed job: {jobs[1]['metadata']['name']}, status: Complete",
    ) in cluster.events_of("CronJob")


async def test_a_suspended_cron_job_starts_nothing(cluster: Cluster) -> None:
    cluster.create(CRON_JOBS, "report", cron(suspend=True))
    await cluster.later(1200)
    assert not cluster.server.list(JOBS, "shop")


async def test_a_cron_job_that_forbids_it_runs_one_job_at_a_time(cluster: Cluster) -> None:
    pod = {
        "restartPolicy": "Never",
        "containers": [
            {"name": "c", "image": "busybox:1", "command": ["sleep", "5000"][:1], "args": ["sleep 5000"]}
        ],
    }
    spec = {
        "schedule": "*/5 * * * *",
        "concurrencyPolicy": "Forbid",
        "jobTemplate": {"spec": {"template": {"spec": pod}}},
    }
    cluster.create(CRON_JOBS, "report", spec)
    await cluster.later(1800)
    assert len(cluster.server.list(JOBS, "shop")) == 1

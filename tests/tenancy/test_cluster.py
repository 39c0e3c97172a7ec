"""What the console counts while rows come, change and go equals a recount in every scope."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import rows
from tests.counted_rows import FAILED, labelled, steps
from yurt_console.inventory.capacity import Capacity, Share
from yurt_console.inventory.inventory import Demand, Inventory
from yurt_console.kinds.registry import inventory
from yurt_console.rows import Row
from yurt_console.settings import Settings, settings_of
from yurt_console.yurt import nodes, pools, workloads
from yurt_console.yurt.well_known_labels import TENANT_LABEL, TENANT_NODE_LABEL

AN_HOUR_LATER = "2024-03-01T09:00:00Z"
"""After `rows.CREATED`, when a node may have gone offline."""
COUNTED = ("nodes", "nodepools", "pods", "deployments", "jobs", "cronjobs")


def recount(cluster: Inventory, scope: str | None) -> dict[str, tuple[int, int]]:
    """The overview, the slow way."""

    def rows_of(kind: str) -> list[Any]:
        return list(cluster.table(kind).rows(scope))

    def pool_healthy(pool: Any) -> bool:
        owner = pool.labels.get(TENANT_LABEL, "")
        members = [
            node
            for node in cluster.nodes.rows()
            if nodes.pool(node) == pool.name and owner in ("", node.labels.get(TENANT_NODE_LABEL, ""))
        ]
        return pools.healthy(len(members), sum(map(nodes.healthy, members)))

    def cron_healthy(cron_job: Any) -> bool:
        owned = [
            job
            for job in cluster.jobs.rows()
            if (job.namespace, job.owner_kind, job.owner_name)
            == (cron_job.namespace, "CronJob", cron_job.name)
        ]
        return workloads.cron_job_healthy(workloads.last_job(owned))

    checks: dict[str, Any] = {
        "nodes": nodes.healthy,
        "nodepools": pool_healthy,
        "pods": workloads.pod_healthy,
        "deployments": workloads.workload_healthy,
        "statefulsets": workloads.workload_healthy,
        "daemonsets": workloads.workload_healthy,
        "jobs": workloads.job_healthy,
        "cronjobs": cron_healthy,
    }
    return {kind: (len(rows_of(kind)), sum(map(check, rows_of(kind)))) for kind, check in checks.items()}


def recount_troubles(cluster: Inventory, scope: str | None) -> dict[str, dict[str, int]]:
    """What is not healthy, by the words of the lists, the slow way."""

    def last(cron_job: Any) -> Any:
        owned = [
            job
            for job in cluster.jobs.rows()
            if (job.namespace, job.owner_name) == (cron_job.namespace, cron_job.name)
        ]
        return workloads.last_job(owned)

    words: dict[str, Any] = {
        "nodes": lambda node: "" if nodes.healthy(node) else nodes.state(node, AN_HOUR_LATER),
        "nodepools": lambda pool: (
            "" if pools.healthy(*cluster.pool_counts(pool)) else pools.status(*cluster.pool_counts(pool))
        ),
        "pods": lambda pod: "" if workloads.pod_healthy(pod) else workloads.pod_status(pod),
        "deployments": lambda row: "" if workloads.workload_healthy(row) else workloads.workload_state(row),
        "jobs": lambda job: "" if workloads.job_healthy(job) else workloads.job_status(job),
        "cronjobs": lambda cron_job: (
            ""
            if workloads.cron_job_healthy(last(cron_job))
            else workloads.cron_job_status(cron_job, last(cron_job))
        ),
    }
    counted = {
        kind: Counter(word(row) for row in cluster.table(kind).rows(scope)) for kind, word in words.items()
    }
    return {kind: {word: num for word, num in found.items() if word} for kind, found in counted.items()}


def recount_capacity(cluster: Inventory, scope: str | None) -> Capacity:
    """What there is, is asked for and is used, the slow way."""
    own = {node.name: node for node in cluster.nodes.rows(scope)}
    on_nodes = [pod for pod in cluster.pods.rows(scope) if workloads.occupies(pod)]
    used = [usage for usage in cluster.usage.rows() if usage.name in own]
    return Capacity(
        cpu=Share(
            sum(node.allocatable_cpu for node in own.values()),
            sum(pod.cpu_request for pod in on_nodes),
            sum(pod.cpu_limit for pod in on_nodes),
            sum(usage.cpu for usage in used) if used else None,
        ),
        memory=Share(
            sum(node.allocatable_memory for node in own.values()),
            sum(pod.memory_request for pod in on_nodes),
            sum(pod.memory_limit for pod in on_nodes),
            sum(usage.memory for usage in used) if used else None,
        ),
        pods=len(on_nodes),
        allocatable_pods=sum(node.allocatable_pods for node in own.values()),
        measured=len(used),
    )


@given(st.lists(steps(), max_size=40))
@settings(max_examples=150, deadline=None)
def test_counts_equal_a_recount_after_every_change(
    changes: list[tuple[str, Row | None, tuple[str, str]]],
) -> None:
    cluster = inventory(Settings())
    for kind, row, key in changes:
        table = cluster.table(kind)
        if row is None:
            table.remove(key)
        else:
            table.put(row)
        for scope in (None, "user-a", "user-b"):
            assert cluster.counts(scope) == recount(cluster, scope)
            troubles = cluster.troubles(scope, AN_HOUR_LATER)
            assert {kind: troubles[kind] for kind in COUNTED} == recount_troubles(cluster, scope)
            assert cluster.capacity(scope) == recount_capacity(cluster, scope)
        for node in ("n0", "n1"):
            on_it = [pod for pod in cluster.pods.rows() if pod.node == node and workloads.occupies(pod)]
            assert cluster.demand(node) == Demand(
                len(on_it),
                sum(pod.cpu_request for pod in on_it),
                sum(pod.cpu_limit for pod in on_it),
                sum(pod.memory_request for pod in on_it),
                sum(pod.memory_limit for pod in on_it),
            )


def _agrees(cluster: Inventory) -> dict[str, tuple[int, int]]:
    for scope in (None, "user-a", "user-b"):
        assert cluster.counts(scope) == recount(cluster, scope)
    return cluster.counts("user-a")


def test_a_cron_jobs_health_follows_its_jobs_alone() -> None:
    cluster = inventory(Settings())
    owned: dict[str, Any] = {"owner_kind": "CronJob", "owner_name": "nightly"}
    cluster.cron_jobs.put(rows.cron_job("nightly", "user-a"))
    assert _agrees(cluster)["cronjobs"] == (1, 1)
    cluster.jobs.put(rows.job("one", "user-a", created="2024-03-01T08:00:01Z", conditions=FAILED, **owned))
    assert _agrees(cluster)["cronjobs"] == (1, 0)
    cluster.jobs.put(rows.job("two", "user-a", created="2024-03-01T08:00:02Z", **owned))
    assert _agrees(cluster)["cronjobs"] == (1, 1)
    cluster.jobs.remove(("user-a", "two"))
    assert _agrees(cluster)["cronjobs"] == (1, 0)


def test_a_pools_health_follows_its_nodes_alone() -> None:
    cluster = inventory(Settings())
    node = rows.node("n", labels=labelled(TENANT_NODE_LABEL, "user-a", "p"))
    cluster.pools.put(rows.node_pool("p", labels={TENANT_LABEL: "user-a"}))
    assert _agrees(cluster)["nodepools"] == (1, 0)
    cluster.nodes.put(node)
    assert _agrees(cluster)["nodepools"] == (1, 1)
    cluster.nodes.put(msgspec.structs.replace(node, ready="False"))
    assert _agrees(cluster)["nodepools"] == (1, 0)
    cluster.nodes.put(node)
    assert _agrees(cluster)["nodepools"] == (1, 1)
    cluster.nodes.put(msgspec.structs.replace(node, labels=labelled(TENANT_NODE_LABEL, "user-b", "p")))
    assert _agrees(cluster)["nodepools"] == (1, 0)


def test_a_node_that_claims_anothers_pool_is_neither_counted_nor_named_there() -> None:
    cluster = inventory(Settings())
    cluster.pools.put(rows.node_pool("user-a", labels={TENANT_LABEL: "user-a"}))
    cluster.pools.put(rows.node_pool("shared"))
    for name, scope, pool in (
        ("mine", "user-a", "user-a"),
        ("theirs", "user-b", "user-a"),
        ("s", "user-b", "shared"),
    ):
        cluster.nodes.put(rows.node(name, labels=labelled(TENANT_NODE_LABEL, scope, pool)))
    mine, shared = cluster.pools.get(("", "user-a")), cluster.pools.get(("", "shared"))
    assert mine is not None
    assert shared is not None

    assert cluster.pool_counts(mine) == (1, 1)
    assert [node.name for node in cluster.pool_nodes(mine)] == ["mine"]
    assert cluster.pool_counts(shared) == (1, 1)


def test_the_label_that_names_a_nodes_pool_is_the_settings() -> None:
    cluster = inventory(settings_of(pool_label="example.com/pool"))
    node = rows.node(labels={"example.com/pool": "p", "apps.openyurt.io/nodepool": "q"})

    assert cluster.pool_of(node) == "p"


def test_a_node_that_changes_hands_takes_its_events_along() -> None:
    cluster = inventory(Settings())
    node = rows.node("n", labels={TENANT_NODE_LABEL: "user-a"})
    cluster.nodes.put(node)
    event = rows.event("n.1", "default", kind="Node", about_namespace="", about_name="n")
    change = cluster.events.put(event)
    assert change is not None
    assert change.scopes == {"default", "user-a"}
    assert list(cluster.events_of("user-a")) == [event]

    cluster.nodes.put(msgspec.structs.replace(node, labels={TENANT_NODE_LABEL: "user-b"}))

    assert list(cluster.events_of("user-a")) == []
    assert list(cluster.events_of("user-b")) == [event]
    gone = cluster.events.remove(event.key)
    assert gone is not None
    assert gone.scopes == {"default", "user-b"}


def test_only_the_newest_events_of_a_namespace_are_kept() -> None:
    cluster = inventory(settings_of(events_per_namespace=3))
    for number in (5, 1, 4, 2, 3):
        cluster.events.put(rows.event(f"e{number}", "user-a", last=f"2024-03-01T08:00:0{number}Z"))
    cluster.events.put(rows.event("other", "user-b", last="2024-01-01T00:00:00Z"))

    assert sorted(event.name for event in cluster.events.rows("user-a")) == ["e3", "e4", "e5"]
    assert len(cluster.events.rows("user-b")) == 1

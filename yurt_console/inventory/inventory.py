"""The console's copy of the cluster: one table a kind, whose each row is, and what is counted as rows change.

This is where the cache meets what OpenYurt means and whom things belong to. The *scope* of a row is its
namespace; for nodes and pools the value of the tenant's label; for Users and Namespaces their own name;
for requests of certificates the account whose token asked.
One text is therefore all that a tenant needs to see everything that is theirs, and nothing else. Totals
that pages show come from totals. Only the health of pools and CronJobs, which lies in other tables' rows,
is counted by walking pools and failed runs, and remembered by version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar

import msgspec

from apimachinery import resources
from apimachinery.resources import Resource
from yurt_console.cache.group_totals import GroupTotals
from yurt_console.cache.state_counts import StateCounts
from yurt_console.cache.store import Table
from yurt_console.custom_resources import NODE_POOLS, USERS
from yurt_console.inventory.capacity import Capacities, Capacity
from yurt_console.inventory.event_table import event_table
from yurt_console.rows import (
    CertificateRequest,
    CronJob,
    Event,
    Job,
    Namespace,
    Node,
    NodePool,
    Pod,
    ResourceQuota,
    Row,
    Service,
    Usage,
    User,
    Workload,
)
from yurt_console.settings import Settings
from yurt_console.tenancy import naming
from yurt_console.tenancy.accounts import tokens
from yurt_console.yurt import events, nodes, pools, well_known_labels, workloads

R = TypeVar("R", bound=Row)

HEALTH: Final = "health"
"""The tally of (rows, healthy rows) for each scope."""
USER_INDEXES: Final[Mapping[str, Callable[[User], str | None]]] = {
    "token": lambda user: tokens.token_id(user.token) or None,
    "uid": lambda user: user.uid,
}
"""How ``tenancy.accounts`` finds an account."""


class Demand(msgspec.Struct, frozen=True):
    """What the pods on one node ask for together: millicores and bytes."""

    pods: int
    cpu_request: int
    cpu_limit: int
    memory_request: int
    memory_limit: int


def _namespace(row: Row) -> str:
    return row.namespace


def _own_name(row: Row) -> str:
    return row.name


def node_scope(row: Row) -> str:
    """The tenant whose node this is, "" for nobody's."""
    return row.labels.get(well_known_labels.TENANT_NODE_LABEL, "")


def pool_scope(row: Row) -> str:
    """The tenant whose pool this is, "" for nobody's."""
    return row.labels.get(well_known_labels.TENANT_LABEL, "")


def _expiring(node: Node) -> bool:
    """Whether the node's status changes by the clock alone: offline, and autonomous for a time."""
    return nodes.autonomy_ends(node) != ""


def _health(scope: Callable[[R], str], healthy: Callable[[R], bool]) -> GroupTotals[R]:
    return GroupTotals(scope, lambda row: (1, int(healthy(row))), 2)


def _cron_failure(job: Job) -> str | None:
    """The namespace of a failed run of a CronJob, None for any other job."""
    failed = job.owner_kind == "CronJob" and not workloads.cron_job_healthy(job)
    return job.namespace if failed else None


def _cron_run(job: Job) -> str | None:
    return f"{job.namespace}/{job.owner_name}" if job.owner_kind == "CronJob" else None


def _on_node(pod: Pod) -> str | None:
    return pod.node if workloads.occupies(pod) else None


class Inventory:
    """All tables of the console, and the joins between them that pages need."""

    def __init__(self, settings: Settings) -> None:
        self._pool_label = settings.pool_label
        self.namespaces: Table[Namespace] = Table("namespaces", scope=_own_name)
        self._state_counts = _state_counts()
        self._capacities = Capacities(node_scope)
        self.nodes: Table[Node] = Table(
            "nodes",
            scope=node_scope,
            indexes={
                "pool": self._pool_index,
                "expiring": lambda node: node_scope(node) if _expiring(node) else None,
                "any expiring": lambda node: "" if _expiring(node) else None,
            },
            totals={
                HEALTH: _health(node_scope, nodes.healthy),
                "pool": GroupTotals(self._pool_index, lambda node: (1, int(nodes.healthy(node))), 2),
                "tenant's pool": GroupTotals(self._owned_pool, lambda node: (1, int(nodes.healthy(node))), 2),
            },
            followers=(self._state_counts["nodes"].replace, self._capacities.node),
        )
        self.pools: Table[NodePool] = Table("nodepools", scope=pool_scope)
        self.pods: Table[Pod] = Table(
            "pods",
            scope=_namespace,
            totals={
                HEALTH: _health(_namespace, workloads.pod_healthy),
                "node": GroupTotals(
                    _on_node,
                    lambda pod: (1, pod.cpu_request, pod.cpu_limit, pod.memory_request, pod.memory_limit),
                    5,
                ),
            },
            followers=(self._state_counts["pods"].replace, self._capacities.pod),
        )
        self.deployments = _workloads("deployments", self._state_counts)
        self.stateful_sets = _workloads("statefulsets", self._state_counts)
        self.daemon_sets = _workloads("daemonsets", self._state_counts)
        self.jobs: Table[Job] = Table(
            "jobs",
            scope=_namespace,
            indexes={
                "cron run": _cron_run,
                "cron failure": _cron_failure,
                "any cron failure": lambda job: "" if _cron_failure(job) is not None else None,
            },
            totals={HEALTH: _health(_namespace, workloads.job_healthy)},
            followers=(self._state_counts["jobs"].replace,),
        )
        self.cron_jobs: Table[CronJob] = Table("cronjobs", scope=_namespace)
        self.services: Table[Service] = Table("services", scope=_namespace)
        self.quotas: Table[ResourceQuota] = Table("resourcequotas", scope=_namespace)
        self.grace: Final = timedelta(days=settings.grace_period)
        """How long what an expired account has is kept."""
        self.events: Table[Event] = event_table(settings.events_per_namespace, self._owner)
        self.usage: Table[Usage] = Table("usage", scope=_own_name, followers=(self._capacities.usage,))
        self.users: Table[User] = Table("users", scope=_own_name, indexes=USER_INDEXES)
        self._troubles: dict[tuple[str, str | None], tuple[tuple[object, ...], Mapping[str, int]]] = {}
        self.requests: Table[CertificateRequest] = Table(
            resources.CERTIFICATE_REQUESTS.plural, scope=naming.account_of
        )

        self.followed: Mapping[str, tuple[Resource, Table[Any]]] = self._followed()
        """The tables that follow the API server, with what each follows, by plural."""
        self._tables = {kind: table for kind, (_, table) in self.followed.items()}

    def _followed(self) -> Mapping[str, tuple[Resource, Table[Any]]]:
        pairs: tuple[tuple[Resource, Table[Any]], ...] = (
            (resources.NAMESPACES, self.namespaces),
            (resources.NODES, self.nodes),
            (NODE_POOLS, self.pools),
            (resources.PODS, self.pods),
            (resources.DEPLOYMENTS, self.deployments),
            (resources.STATEFUL_SETS, self.stateful_sets),
            (resources.DAEMON_SETS, self.daemon_sets),
            (resources.JOBS, self.jobs),
            (resources.CRON_JOBS, self.cron_jobs),
            (resources.SERVICES, self.services),
            (resources.RESOURCE_QUOTAS, self.quotas),
            (resources.EVENTS, self.events),
            (USERS, self.users),
            (resources.CERTIFICATE_REQUESTS, self.requests),
            (resources.NODE_METRICS, self.usage),
        )
        return {table.plural: (resource, table) for resource, table in pairs}

    def pool_of(self, node: Node) -> str:
        """The name of the pool a node is in, "" for none."""
        return nodes.pool(node, self._pool_label)

    def demand(self, node: str) -> Demand:
        """What the unfinished pods on the node called ``node`` ask for."""
        return Demand(*self.pods.totals["node"].totals(node))

    def pool_counts(self, pool: NodePool) -> tuple[int, int]:
        """The pool's nodes and how many of them are healthy.

        A node names its pool itself, so only their own nodes count in a tenant's pool.
        """
        scope = pool_scope(pool)
        if scope:
            total, healthy = self.nodes.totals["tenant's pool"].totals(f"{scope}/{pool.name}")
        else:
            total, healthy = self.nodes.totals["pool"].totals(pool.name)
        return total, healthy

    def pool_nodes(self, pool: NodePool) -> list[Node]:
        """The nodes that `pool_counts` counts, by name."""
        scope = pool_scope(pool)
        found = [node for node in self.nodes.by("pool", pool.name) if not scope or node_scope(node) == scope]
        return sorted(found, key=lambda node: node.name)

    def expiring(self, scope: str | None) -> bool:
        """Whether the status of some node changes by the clock alone."""
        return len(self._expiring(scope)) > 0

    def last_run(self, cron_job: CronJob) -> Job | None:
        """The newest Job that a CronJob made."""
        return workloads.last_job(self.jobs.by("cron run", f"{cron_job.namespace}/{cron_job.name}"))

    def events_of(self, scope: str | None) -> Collection[Event]:
        """A scope's Events: those in its namespace, and those about its account, nodes and pools."""
        if scope is None:
            return [event for event in self.events.rows() if events.believed(event)]
        about = self.events_about(scope)
        tables: tuple[tuple[str, Table[Any]], ...] = (("Node", self.nodes), ("NodePool", self.pools))
        for kind, table in tables:
            for row in table.rows(scope):
                about += self.events.by("about", f"{kind}/{row.name}")
        own = [event for event in self.events.rows(scope) if events.believed(event)]
        return own if scope == events.CLUSTER_NAMESPACE else own + about

    def events_about(self, account: str) -> list[Event]:
        """What the platform says of an account itself."""
        return list(self.events.by("about", f"User/{account}"))

    def counts(self, scope: str | None) -> dict[str, tuple[int, int]]:
        """Rows and healthy rows of every kind on the overview."""
        counted = {table.plural: _counts(table, scope) for table in self._counted()}
        for table, troubles in ((self.pools, self._pool_troubles), (self.cron_jobs, self._cron_troubles)):
            total = len(table.rows(scope))
            counted[table.plural] = (total, total - sum(troubles(scope).values()))
        return counted

    def troubles(self, scope: str | None, now: str) -> dict[str, Mapping[str, int]]:
        """How many rows of every kind on the overview are in which state that is not healthy.

        The states are what the lists' ``status`` says at ``now`` (RFC 3339, UTC).
        """
        found = {kind: state_counts.by_state(scope) for kind, state_counts in self._state_counts.items()}
        if self.expiring(scope):
            found["nodes"] = self._node_troubles(scope, now)
        found["nodepools"] = self._pool_troubles(scope)
        found["cronjobs"] = self._cron_troubles(scope)
        return found

    def capacity(self, scope: str | None) -> Capacity:
        """What a scope's nodes have, and what is asked and used of it."""
        return self._capacities.of(scope)

    def table(self, kind: str) -> Table[Any]:
        """The table of a plural."""
        return self._tables[kind]

    def version(self, kind: str, scope: str | None) -> int:
        """Changes whenever a row of ``kind`` in ``scope`` does."""
        table = self._tables[kind]
        return table.version if scope is None else table.scope_version(scope)

    def _counted(self) -> tuple[Table[Any], ...]:
        return (
            self.nodes,
            self.pods,
            self.deployments,
            self.stateful_sets,
            self.daemon_sets,
            self.jobs,
        )

    def _expiring(self, scope: str | None) -> Collection[Node]:
        return self.nodes.by("any expiring", "") if scope is None else self.nodes.by("expiring", scope)

    def _node_troubles(self, scope: str | None, now: str) -> Mapping[str, int]:
        """The state_counts counts no clock: nodes whose autonomy has run out are Offline again."""

        def count() -> Mapping[str, int]:
            over = sum(nodes.state(node, now) == nodes.OFFLINE for node in self._expiring(scope))
            found = Counter(self._state_counts["nodes"].by_state(scope))
            found[nodes.AUTONOMOUS] -= over
            found[nodes.OFFLINE] += over
            return +found

        return self._remembered("nodes", scope, (self.version("nodes", scope), now), count)

    def _pool_troubles(self, scope: str | None) -> Mapping[str, int]:
        versions: tuple[int, ...]
        if scope is None:
            totals = self.nodes.totals
            versions = (self.pools.version, totals["pool"].version, totals["tenant's pool"].version)
        else:
            versions = (self.pools.scope_version(scope), self.nodes.scope_version(scope))

        def count() -> Mapping[str, int]:
            found = Counter(pools.status(*self.pool_counts(pool)) for pool in self.pools.rows(scope))
            del found[pools.READY]
            return found

        return self._remembered("nodepools", scope, versions, count)

    def _cron_troubles(self, scope: str | None) -> Mapping[str, int]:
        if scope is None:
            versions = (self.cron_jobs.version, self.jobs.version)
            failures = self.jobs.by("any cron failure", "")
        else:
            versions = (self.cron_jobs.scope_version(scope), self.jobs.scope_version(scope))
            failures = self.jobs.by("cron failure", scope)

        def count() -> Mapping[str, int]:
            keys = {(job.namespace, job.owner_name) for job in failures}
            found = [cron_job for key in keys if (cron_job := self.cron_jobs.get(key)) is not None]
            runs = [(cron_job, self.last_run(cron_job)) for cron_job in found]
            return Counter(
                workloads.cron_job_status(cron_job, last)
                for cron_job, last in runs
                if not workloads.cron_job_healthy(last)
            )

        return self._remembered("cronjobs", scope, versions, count)

    def _remembered(
        self,
        what: str,
        scope: str | None,
        versions: tuple[object, ...],
        count: Callable[[], Mapping[str, int]],
    ) -> Mapping[str, int]:
        kept = self._troubles.get((what, scope))
        if kept is None or kept[0] != versions:
            kept = self._troubles[what, scope] = (versions, count())
        return kept[1]

    def _pool_index(self, node: Node) -> str | None:
        return self.pool_of(node) or None

    def _owned_pool(self, node: Node) -> str | None:
        scope, pool = node_scope(node), self.pool_of(node)
        return f"{scope}/{pool}" if scope and pool else None

    def _owner(self, kind: str, name: str) -> str:
        if kind == "User":
            return name if self.users.get(("", name)) else ""
        table: Table[Any] = self.nodes if kind == "Node" else self.pools
        row = table.get(("", name))
        if row is None:
            return ""
        return node_scope(row) if kind == "Node" else pool_scope(row)


def _state_counts() -> dict[str, StateCounts[Any]]:
    """What is counted of every kind whose health lies in its own rows."""

    def unless(healthy: Callable[[R], bool], word: Callable[[R], str]) -> Callable[[R], str]:
        return lambda row: "" if healthy(row) else word(row)

    workload = unless(workloads.workload_healthy, workloads.workload_state)
    return {
        "nodes": StateCounts(node_scope, unless(nodes.healthy, nodes.state)),
        "pods": StateCounts(_namespace, unless(workloads.pod_healthy, workloads.pod_status)),
        "deployments": StateCounts(_namespace, workload),
        "statefulsets": StateCounts(_namespace, workload),
        "daemonsets": StateCounts(_namespace, workload),
        "jobs": StateCounts(_namespace, unless(workloads.job_healthy, workloads.job_status)),
    }


def _workloads(kind: str, state_counts: Mapping[str, StateCounts[Any]]) -> Table[Workload]:
    return Table(
        kind,
        scope=_namespace,
        totals={HEALTH: _health(_namespace, workloads.workload_healthy)},
        followers=(state_counts[kind].replace,),
    )


def _counts(table: Table[Any], scope: str | None) -> tuple[int, int]:
    tally = table.totals[HEALTH]
    total, healthy = tally.overall() if scope is None else tally.totals(scope)
    return total, healthy

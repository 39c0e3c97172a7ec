"""The console's copy of the cluster: one table a kind, whose each row is, and what is counted as rows change.

This is where the cache meets what OpenYurt means and whom things belong to. The *scope* of a row is its
namespace; for nodes and pools the value of the tenant's label; for Users and Namespaces their own name.
One text is therefore all that a tenant needs to see everything that is theirs, and nothing else. Totals
that pages show come from tallies. Only the health of pools and CronJobs, which lies in other tables' rows,
is counted by walking pools and failed runs, and remembered by version.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, TypeVar

import msgspec

from yurt_console.cache.store import Change, Newest, Table
from yurt_console.cache.tally import Tally
from yurt_console.kube import resources
from yurt_console.kube.objects import (
    CronJob,
    Event,
    Job,
    Key,
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
from yurt_console.kube.resources import Resource
from yurt_console.settings import Settings
from yurt_console.tenancy import tokens
from yurt_console.yurt import events, names, nodes, pools, workloads

R = TypeVar("R", bound=Row)

HEALTH: Final = "health"
"""The tally of (rows, healthy rows) for each scope."""
EXPIRING: Final = "expiring"
"""The tally of nodes whose status changes by the clock alone: offline, and autonomous for a time."""
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
    return row.labels.get(names.TENANT_NODE_LABEL, "")


def pool_scope(row: Row) -> str:
    """The tenant whose pool this is, "" for nobody's."""
    return row.labels.get(names.TENANT_LABEL, "")


def _health(scope: Callable[[R], str], healthy: Callable[[R], bool]) -> Tally[R]:
    return Tally(scope, lambda row: (1, int(healthy(row))), 2)


class _Events(Table[Event]):
    """Events; those about a tenant's nodes and pools are told to the tenant as well."""

    def __init__(self, settings: Settings, owner: Callable[[str, str], str]) -> None:
        super().__init__(
            "events",
            scope=_namespace,
            indexes={"about": _about},
            newest=Newest(_namespace, _age, settings.events_per_namespace),
        )
        self._owner = owner

    def put(self, row: Event) -> Change | None:
        return self._told(super().put(row), [row])

    def remove(self, key: Key) -> Change | None:
        row = self.get(key)
        return self._told(super().remove(key), [row] if row else [])

    def replace(self, rows: Iterable[Event]) -> Change | None:
        before = list(self.rows(events.CLUSTER_NAMESPACE))
        return self._told(super().replace(rows), [*before, *self.rows(events.CLUSTER_NAMESPACE)])

    def _told(self, change: Change | None, rows: Iterable[Event]) -> Change | None:
        if change is None:
            return None
        owners = {self._owner(row.kind, row.about_name) for row in rows if _about(row) is not None}
        return change._replace(scopes=change.scopes | (owners - {""}))


def _about(event: Event) -> str | None:
    """What cluster-scoped thing an Event is about, None when it is about another or not to be believed."""
    if event.kind not in events.CLUSTER_KINDS or not events.believed(event):
        return None
    return f"{event.kind}/{event.about_name}"


def _age(event: Event) -> str:
    return events.last_time(event).removesuffix("Z")


def _cron_failure(job: Job) -> str | None:
    """The namespace of a failed run of a CronJob, None for any other job."""
    failed = job.owner_kind == "CronJob" and not workloads.cron_job_healthy(job)
    return job.namespace if failed else None


def _cron_run(job: Job) -> str | None:
    return f"{job.namespace}/{job.owner_name}" if job.owner_kind == "CronJob" else None


def _one(_row: Row) -> tuple[int]:
    return (1,)


def _on_node(pod: Pod) -> str | None:
    return pod.node if workloads.occupies(pod) else None


class Cluster:
    """All tables of the console, and the joins between them that pages need."""

    def __init__(self, settings: Settings) -> None:
        self._pool_label = settings.pool_label
        self.namespaces: Table[Namespace] = Table("namespaces", scope=_own_name)
        self.nodes: Table[Node] = Table(
            "nodes",
            scope=node_scope,
            indexes={"pool": self._pool_index},
            tallies={
                HEALTH: _health(node_scope, nodes.healthy),
                "pool": Tally(self._pool_index, lambda node: (1, int(nodes.healthy(node))), 2),
                EXPIRING: Tally(
                    lambda node: node_scope(node) if nodes.autonomy_ends(node) else None, _one, 1
                ),
                "tenant's pool": Tally(self._owned_pool, lambda node: (1, int(nodes.healthy(node))), 2),
            },
        )
        self.pools: Table[NodePool] = Table("nodepools", scope=pool_scope)
        self.pods: Table[Pod] = Table(
            "pods",
            scope=_namespace,
            tallies={
                HEALTH: _health(_namespace, workloads.pod_healthy),
                "node": Tally(
                    _on_node,
                    lambda pod: (1, pod.cpu_request, pod.cpu_limit, pod.memory_request, pod.memory_limit),
                    5,
                ),
            },
        )
        self.deployments = _workloads("deployments")
        self.stateful_sets = _workloads("statefulsets")
        self.daemon_sets = _workloads("daemonsets")
        self.jobs: Table[Job] = Table(
            "jobs",
            scope=_namespace,
            indexes={
                "cron run": _cron_run,
                "cron failure": _cron_failure,
                "any cron failure": lambda job: "" if _cron_failure(job) is not None else None,
            },
            tallies={HEALTH: _health(_namespace, workloads.job_healthy)},
        )
        self.cron_jobs: Table[CronJob] = Table("cronjobs", scope=_namespace)
        self.services: Table[Service] = Table("services", scope=_namespace)
        self.quotas: Table[ResourceQuota] = Table("resourcequotas", scope=_namespace)
        self.events: Table[Event] = _Events(settings, self._owner)
        self.usage: Table[Usage] = Table("usage", scope=_own_name)
        self.users: Table[User] = Table("users", scope=_own_name, indexes=USER_INDEXES)
        self._unhealthy: dict[tuple[str, str | None], tuple[tuple[int, ...], int]] = {}

        self.mirrored: Mapping[str, tuple[Resource, Table[Any]]] = self._mirrored()
        """The tables that follow the API server, with what each follows, by plural."""
        self._tables = {kind: table for kind, (_, table) in self.mirrored.items()}

    def _mirrored(self) -> Mapping[str, tuple[Resource, Table[Any]]]:
        pairs: tuple[tuple[Resource, Table[Any]], ...] = (
            (resources.NAMESPACES, self.namespaces),
            (resources.NODES, self.nodes),
            (resources.NODE_POOLS, self.pools),
            (resources.PODS, self.pods),
            (resources.DEPLOYMENTS, self.deployments),
            (resources.STATEFUL_SETS, self.stateful_sets),
            (resources.DAEMON_SETS, self.daemon_sets),
            (resources.JOBS, self.jobs),
            (resources.CRON_JOBS, self.cron_jobs),
            (resources.SERVICES, self.services),
            (resources.RESOURCE_QUOTAS, self.quotas),
            (resources.EVENTS, self.events),
            (resources.USERS, self.users),
            (resources.NODE_METRICS, self.usage),
        )
        return {table.kind: (resource, table) for resource, table in pairs}

    def pool_of(self, node: Node) -> str:
        """The name of the pool a node is in, "" for none."""
        return nodes.pool(node, self._pool_label)

    def demand(self, node: str) -> Demand:
        """What the unfinished pods on the node called ``node`` ask for."""
        return Demand(*self.pods.tallies["node"].totals(node))

    def pool_counts(self, pool: NodePool) -> tuple[int, int]:
        """The pool's nodes and how many of them are healthy.

        A node names its pool itself, so only their own nodes count in a tenant's pool.
        """
        scope = pool_scope(pool)
        if scope:
            total, healthy = self.nodes.tallies["tenant's pool"].totals(f"{scope}/{pool.name}")
        else:
            total, healthy = self.nodes.tallies["pool"].totals(pool.name)
        return total, healthy

    def pool_nodes(self, pool: NodePool) -> list[Node]:
        """The nodes that `pool_counts` counts, by name."""
        scope = pool_scope(pool)
        found = [node for node in self.nodes.by("pool", pool.name) if not scope or node_scope(node) == scope]
        return sorted(found, key=lambda node: node.name)

    def expiring(self, scope: str | None) -> bool:
        """Whether the status of some node changes by the clock alone."""
        tally = self.nodes.tallies[EXPIRING]
        return (tally.overall() if scope is None else tally.totals(scope)) != (0,)

    def last_run(self, cron_job: CronJob) -> Job | None:
        """The newest Job that a CronJob made."""
        return workloads.last_job(self.jobs.by("cron run", f"{cron_job.namespace}/{cron_job.name}"))

    def events_of(self, scope: str | None) -> Collection[Event]:
        """A scope's Events: those in its namespace, and those about its nodes and pools."""
        if scope is None:
            return [event for event in self.events.rows() if events.believed(event)]
        about: list[Event] = []
        tables: tuple[tuple[str, Table[Any]], ...] = (("Node", self.nodes), ("NodePool", self.pools))
        for kind, table in tables:
            for row in table.rows(scope):
                about += self.events.by("about", f"{kind}/{row.name}")
        own = [event for event in self.events.rows(scope) if events.believed(event)]
        return own if scope == events.CLUSTER_NAMESPACE else own + about

    def counts(self, scope: str | None) -> dict[str, tuple[int, int]]:
        """Rows and healthy rows of every kind on the overview."""
        counted = {table.kind: _counts(table, scope) for table in self._counted()}
        counted["nodepools"] = (len(self.pools.rows(scope)), self._healthy_pools(scope))
        total = len(self.cron_jobs.rows(scope))
        counted["cronjobs"] = (total, total - self._failing_cron_jobs(scope))
        return counted

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

    def _healthy_pools(self, scope: str | None) -> int:
        versions: tuple[int, ...]
        if scope is None:
            tallies = self.nodes.tallies
            versions = (self.pools.version, tallies["pool"].version, tallies["tenant's pool"].version)
        else:
            versions = (self.pools.scope_version(scope), self.nodes.scope_version(scope))
        return self._remembered(
            "nodepools",
            scope,
            versions,
            lambda: sum(pools.healthy(*self.pool_counts(pool)) for pool in self.pools.rows(scope)),
        )

    def _failing_cron_jobs(self, scope: str | None) -> int:
        if scope is None:
            versions = (self.cron_jobs.version, self.jobs.version)
            failures = self.jobs.by("any cron failure", "")
        else:
            versions = (self.cron_jobs.scope_version(scope), self.jobs.scope_version(scope))
            failures = self.jobs.by("cron failure", scope)
        return self._remembered("cronjobs", scope, versions, lambda: self._count_failing(failures))

    def _count_failing(self, failures: Iterable[Job]) -> int:
        keys = {(job.namespace, job.owner_name) for job in failures}
        found = [cron_job for key in keys if (cron_job := self.cron_jobs.get(key)) is not None]
        return sum(not workloads.cron_job_healthy(self.last_run(cron_job)) for cron_job in found)

    def _remembered(
        self, what: str, scope: str | None, versions: tuple[int, ...], count: Callable[[], int]
    ) -> int:
        kept = self._unhealthy.get((what, scope))
        if kept is None or kept[0] != versions:
            kept = self._unhealthy[what, scope] = (versions, count())
        return kept[1]

    def _pool_index(self, node: Node) -> str | None:
        return self.pool_of(node) or None

    def _owned_pool(self, node: Node) -> str | None:
        scope, pool = node_scope(node), self.pool_of(node)
        return f"{scope}/{pool}" if scope and pool else None

    def _owner(self, kind: str, name: str) -> str:
        table: Table[Any] = self.nodes if kind == "Node" else self.pools
        row = table.get(("", name))
        if row is None:
            return ""
        return node_scope(row) if kind == "Node" else pool_scope(row)


def _workloads(kind: str) -> Table[Workload]:
    return Table(kind, scope=_namespace, tallies={HEALTH: _health(_namespace, workloads.workload_healthy)})


def _counts(table: Table[Any], scope: str | None) -> tuple[int, int]:
    tally = table.tallies[HEALTH]
    total, healthy = tally.overall() if scope is None else tally.totals(scope)
    return total, healthy

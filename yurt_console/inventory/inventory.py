"""Inventory: one table per kind, joins between tables, and counts that follow row changes.

The *scope* of a row is the tenant it belongs to: its namespace; for nodes and pools the tenant label; for
Users and Namespaces their own name; for certificate requests the account of the bootstrap token. So one text
selects all that a tenant may see. Totals on pages come from counters that follow each row change. Only the
health of pools and CronJobs, which depends on rows of other tables, is counted on demand and cached by
version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, TypeVar

import msgspec

from yurt_console.cache.cluster_cache import CachedResource
from yurt_console.cache.group_totals import GroupTotals
from yurt_console.cache.state_counts import StateCounts
from yurt_console.cache.store import Newest, Table
from yurt_console.inventory import event_index
from yurt_console.inventory.capacity import Capacities, Capacity
from yurt_console.inventory.table_spec import TableSpec, node_scope, pool_scope
from yurt_console.rows import CronJob, Event, Job, Node, NodePool, Pod, Row, Usage, User
from yurt_console.settings import Settings
from yurt_console.tenancy.accounts import tokens
from yurt_console.yurt import events, nodes, pools, workloads

R = TypeVar("R", bound=Row)

HEALTH: Final = "health"
"""The totals of (rows, healthy rows) per scope."""
USER_INDEXES: Final[Mapping[str, Callable[[User], str | None]]] = {
    "token": lambda user: tokens.token_id(user.token) or None,
    "uid": lambda user: user.uid,
}
"""Indexes of Users that ``tenancy.accounts`` reads."""


class Demand(msgspec.Struct, frozen=True):
    """The sum of requests and limits of the pods on one node: millicores and bytes."""

    pods: int
    cpu_request: int
    cpu_limit: int
    memory_request: int
    memory_limit: int


@dataclass(slots=True)
class _Joins:
    """Indexes and totals of one table that the joins in this module need beside its `TableSpec`."""

    indexes: Mapping[str, Callable[[Any], str | None]] = field(default_factory=dict)
    totals: Mapping[str, GroupTotals[Any]] = field(default_factory=dict)
    followers: tuple[Callable[[Any, Any], None], ...] = ()
    extra_scopes: Callable[[Any], Iterable[str]] | None = None
    newest: Newest[Any] | None = None


def _expiring(node: Node) -> bool:
    """Whether time alone changes the status of the node: offline, with an autonomy that ends."""
    return nodes.autonomy_ends(node) != ""


def _cron_failure(job: Job) -> str | None:
    """The namespace of a failed run of a CronJob, None for any other job."""
    failed = job.owner_kind == "CronJob" and not workloads.cron_job_healthy(job)
    return job.namespace if failed else None


def _cron_run(job: Job) -> str | None:
    return f"{job.namespace}/{job.owner_name}" if job.owner_kind == "CronJob" else None


def _on_node(pod: Pod) -> str | None:
    return pod.node if workloads.occupies(pod) else None


class Inventory:
    """A table per `TableSpec`, and the joins between them that pages need."""

    nodes: Table[Node]
    pools: Table[NodePool]
    pods: Table[Pod]
    jobs: Table[Job]
    cron_jobs: Table[CronJob]
    events: Table[Event]
    usage: Table[Usage]
    users: Table[User]

    def __init__(self, settings: Settings, specs: Iterable[TableSpec[Any]]) -> None:
        """``specs`` must include the kinds that have an attribute here: the joins read these."""
        self._pool_label = settings.openyurt.pool_label
        self.grace: Final = timedelta(days=settings.account.grace_period)
        """Grace period: how long the objects of an expired account stay."""
        self._capacities = Capacities(node_scope)
        self._state_counts: dict[str, StateCounts[Any]] = {}
        self._cached_troubles: dict[tuple[str, str | None], tuple[tuple[object, ...], Mapping[str, int]]] = {}
        joins = self._joins(settings)
        found = [(spec, self._table(spec, joins.get(spec.name, _Joins()))) for spec in specs]
        self.resources: Final = tuple(
            CachedResource(spec.resource, table, spec.decoder, polled=spec.polled) for spec, table in found
        )
        """The resource of each table, for `ClusterCache`."""
        self.set_tables({table.plural: table for _, table in found})

    def _table(self, spec: TableSpec[Any], joins: _Joins) -> Table[Any]:
        totals, followers = dict(joins.totals), joins.followers
        health = spec.health
        if health is not None:
            counts = self._state_counts[spec.name] = StateCounts(spec.scope, health.trouble)
            followers = (counts.replace, *followers)
            healthy = health.healthy
            totals[HEALTH] = GroupTotals(spec.scope, lambda row: (1, int(healthy(row))), 2)
        return Table(
            spec.name,
            scope=spec.scope,
            indexes=joins.indexes,
            totals=totals,
            followers=followers,
            extra_scopes=joins.extra_scopes,
            newest=joins.newest,
        )

    def _joins(self, settings: Settings) -> Mapping[str, _Joins]:
        """By the table's name."""
        ready: Callable[[Node], tuple[int, int]] = lambda node: (1, int(nodes.healthy(node)))  # noqa: E731
        return {
            "nodes": _Joins(
                indexes={
                    "pool": self._pool_index,
                    "expiring": lambda node: node_scope(node) if _expiring(node) else None,
                    "any expiring": lambda node: "" if _expiring(node) else None,
                },
                totals={
                    "pool": GroupTotals(self._pool_index, ready, 2),
                    "tenant's pool": GroupTotals(self._owned_pool, ready, 2),
                },
                followers=(self._capacities.node,),
            ),
            "pods": _Joins(
                totals={"node": GroupTotals(_on_node, _demand, 5)}, followers=(self._capacities.pod,)
            ),
            "jobs": _Joins(
                indexes={
                    "cron run": _cron_run,
                    "cron failure": _cron_failure,
                    "any cron failure": lambda job: "" if _cron_failure(job) is not None else None,
                },
            ),
            "events": _Joins(
                indexes={"about": event_index.about},
                extra_scopes=lambda event: event_index.extra_scopes(event, self._owner),
                newest=event_index.newest(settings.cache.events_per_namespace),
            ),
            "usage": _Joins(followers=(self._capacities.usage,)),
            "users": _Joins(indexes=USER_INDEXES),
        }

    def set_tables(self, tables: Mapping[str, Any]) -> None:
        """Replace the tables; `dependencies.limited` passes a subset."""
        self._tables: Mapping[str, Table[Any]] = tables
        self.nodes, self.pools, self.pods = tables["nodes"], tables["nodepools"], tables["pods"]
        self.jobs, self.cron_jobs = tables["jobs"], tables["cronjobs"]
        self.events, self.usage, self.users = tables["events"], tables["usage"], tables["users"]

    @property
    def names(self) -> Collection[str]:
        """The plurals of all tables."""
        return self._tables.keys()

    def table(self, plural: str) -> Table[Any]:
        """The table named ``plural``."""
        return self._tables[plural]

    def version(self, plural: str, scope: str | None) -> int:
        """A counter that increases with each change of rows in the scope; of any row for None."""
        table = self._tables[plural]
        return table.version if scope is None else table.scope_version(scope)

    def pool_of(self, node: Node) -> str:
        """The name of the node's pool, "" for none."""
        return nodes.pool(node, self._pool_label)

    def demand(self, node: str) -> Demand:
        """The sum of requests and limits of unfinished pods on the node called ``node``."""
        return Demand(*self.pods.totals["node"].totals(node))

    def pool_counts(self, pool: NodePool) -> tuple[int, int]:
        """The number of nodes in the pool, and of healthy ones.

        A machine sets the pool label of its own Node, so a tenant's pool counts nodes of that tenant only.
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
        """Whether time alone changes the status of a node in the scope."""
        return len(self._expiring(scope)) > 0

    def last_run(self, cron_job: CronJob) -> Job | None:
        """The newest Job of a CronJob; None without any."""
        return workloads.last_job(self.jobs.by("cron run", f"{cron_job.namespace}/{cron_job.name}"))

    def events_of(self, scope: str | None) -> Collection[Event]:
        """The Events of a scope: those in its namespace, and those about its account, nodes and pools."""
        if scope is None:
            return [event for event in self.events.rows() if events.trusted(event)]
        about = self.events_about(scope)
        tables: tuple[tuple[str, Table[Any]], ...] = (("Node", self.nodes), ("NodePool", self.pools))
        for kind, table in tables:
            for row in table.rows(scope):
                about += self.events.by("about", f"{kind}/{row.name}")
        own = [event for event in self.events.rows(scope) if events.trusted(event)]
        return own if scope == events.CLUSTER_NAMESPACE else own + about

    def events_about(self, account: str) -> list[Event]:
        """The Events about an account."""
        return list(self.events.by("about", f"User/{account}"))

    def counts(self, scope: str | None) -> dict[str, tuple[int, int]]:
        """(total, healthy) by plural, for kinds with a health."""
        counted: dict[str, tuple[int, int]] = {}
        for plural in self._state_counts:
            health = self._tables[plural].totals[HEALTH]
            total, healthy = health.overall() if scope is None else health.totals(scope)
            counted[plural] = (total, healthy)
        for plural, troubles in (("nodepools", self._pool_troubles), ("cronjobs", self._cron_troubles)):
            total = len(self._tables[plural].rows(scope))
            counted[plural] = (total, total - sum(troubles(scope).values()))
        return counted

    def troubles(self, scope: str | None, now: str) -> dict[str, Mapping[str, int]]:
        """Number of unhealthy rows by plural and state, for kinds with a health.

        A state is the ``status`` of the list at ``now`` (RFC 3339, UTC).
        """
        found = {plural: counts.by_state(scope) for plural, counts in self._state_counts.items()}
        if self.expiring(scope):
            found["nodes"] = self._node_troubles(scope, now)
        found["nodepools"] = self._pool_troubles(scope)
        found["cronjobs"] = self._cron_troubles(scope)
        return found

    def capacity(self, scope: str | None) -> Capacity:
        """Allocatable resources, requests, limits and usage of a scope."""
        return self._capacities.of(scope)

    def _expiring(self, scope: str | None) -> Collection[Node]:
        return self.nodes.by("any expiring", "") if scope is None else self.nodes.by("expiring", scope)

    def _node_troubles(self, scope: str | None, now: str) -> Mapping[str, int]:
        """The state counts, corrected by the clock: nodes with an expired autonomy are Offline."""

        def count() -> Mapping[str, int]:
            over = sum(nodes.state(node, now) == nodes.OFFLINE for node in self._expiring(scope))
            found = Counter(self._state_counts["nodes"].by_state(scope))
            found[nodes.AUTONOMOUS] -= over
            found[nodes.OFFLINE] += over
            return +found

        return self._cached("nodes", scope, (self.version("nodes", scope), now), count)

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

        return self._cached("nodepools", scope, versions, count)

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

        return self._cached("cronjobs", scope, versions, count)

    def _cached(
        self,
        what: str,
        scope: str | None,
        versions: tuple[object, ...],
        count: Callable[[], Mapping[str, int]],
    ) -> Mapping[str, int]:
        cached = self._cached_troubles.get((what, scope))
        if cached is None or cached[0] != versions:
            cached = self._cached_troubles[what, scope] = (versions, count())
        return cached[1]

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


def _demand(pod: Pod) -> tuple[int, ...]:
    return (1, pod.cpu_request, pod.cpu_limit, pod.memory_request, pod.memory_limit)

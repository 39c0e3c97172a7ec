"""A list's versions differ whenever what it shows does, and it reads nothing that it does not declare."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import counted_rows, requests, rows
from yurt_console.api.lists.list_endpoint import ENDPOINTS, ListEndpoint
from yurt_console.inventory.dependencies import UndeclaredRead
from yurt_console.inventory.inventory import Inventory
from yurt_console.kinds.registry import KINDS, inventory
from yurt_console.rows import Condition, Row
from yurt_console.settings import Settings
from yurt_console.yurt.well_known_labels import TENANT_LABEL, TENANT_NODE_LABEL

SCOPES = (None, "user-a", "user-b")
TIMES = ("2024-03-01T08:00:00Z", "2024-03-01T09:00:00Z", "2024-03-09T08:00:00Z")
APPROVED = Condition("Approved", "True", "YurtConsole", "", "2024-03-01T08:00:00Z")
REQUESTS = [
    requests.row(tenant, f"{tenant}-n", name=f"csr-{tenant}", conditions=conditions)
    for tenant in ("user-a", "user-b")
    for conditions in ((), (APPROVED,))
]
Step = tuple[str, Row | None, tuple[str, str]]


ABOUT_NODE = {"kind": "Node", "about_namespace": "", "about_name": "n0"}


@st.composite
def other_steps(draw: st.DrawFn) -> Step:
    """What `counted_rows.steps` lacks: Users, Events, certificate requests, and all that no list joins."""
    scope = draw(st.sampled_from(["user-a", "user-b"]))
    place = draw(st.sampled_from([scope, "default"]))
    kind, row = draw(
        st.sampled_from(
            [
                ("users", rows.user(scope, suspended=draw(st.booleans()), effective_time=rows.CREATED)),
                ("events", rows.event(f"e{draw(st.integers(0, 1))}", place, reason=scope)),
                (
                    "events",
                    rows.event(
                        "n", "default", kind="Node", about_namespace="", about_name="n0", reason=scope
                    ),
                ),
                (
                    "events",
                    rows.event("u", "default", kind="User", about_namespace="", about_name=scope, count=3),
                ),
                ("certificatesigningrequests", draw(st.sampled_from(REQUESTS))),
                ("nodes", rows.node(f"{scope}-n", ready="", labels={TENANT_NODE_LABEL: scope})),
                ("services", rows.service("s", scope, type=draw(st.sampled_from(["ClusterIP", "NodePort"])))),
                ("resourcequotas", rows.quota("q", scope)),
                ("namespaces", rows.namespace(scope, phase=draw(st.sampled_from(["Active", "Terminating"])))),
                ("statefulsets", rows.workload("w", scope, ready=draw(st.integers(0, 1)))),
                ("daemonsets", rows.workload("w", scope, ready=draw(st.integers(0, 1)))),
            ]
        )
    )
    return kind, draw(st.one_of(st.just(row), st.none())), row.key


def populated() -> Inventory:
    cluster = inventory(Settings())
    for tenant in ("user-a", "user-b"):
        labels = {TENANT_NODE_LABEL: tenant, "apps.openyurt.io/nodepool": tenant}
        for kind, row in {
            "nodes": rows.node(f"{tenant}-n", labels=labels),
            "nodepools": rows.node_pool(tenant, labels={TENANT_LABEL: tenant}),
            "cronjobs": rows.cron_job("c", tenant),
            "users": rows.user(tenant, effective_time=rows.CREATED),
        }.items():
            cluster.table(kind).put(row)
    return cluster


def apply(cluster: Inventory, step: Step) -> None:
    kind, row, key = step
    if row is None:
        cluster.table(kind).remove(key)
    else:
        cluster.table(kind).put(row)


def shown(endpoint: ListEndpoint[Any], cluster: Inventory, scope: str | None, now: str) -> bytes:
    """All that the list can say, rendered from nothing."""
    spec = endpoint.spec
    context = endpoint.context(cluster, now, detail=spec.detailed)
    view = spec.view(context)
    found = spec.rows(context.inventory, scope) if spec.rows else cluster.table(endpoint.plural).rows(scope)
    entries = [
        (
            view.row(row, view.joined(row)) if view.joined else view.row(row),
            view.status(row),
            [key(row) for key in view.keys.values()],
        )
        for row in sorted(found, key=lambda row: row.key)
    ]
    return msgspec.json.encode((entries, spec.beside(context, scope)))


@given(st.lists(st.one_of(counted_rows.steps(), other_steps()), max_size=30), st.data())
@settings(max_examples=100, deadline=None)
def test_whatever_changes_what_a_list_shows_changes_its_versions(
    steps: list[Step], data: st.DataObject
) -> None:
    cluster, now = populated(), TIMES[0]
    known: dict[tuple[str, str | None], tuple[object, bytes]] = {}
    for step in steps:
        apply(cluster, step)
        now = data.draw(st.sampled_from([now, *TIMES]))
        for endpoint in ENDPOINTS:
            for scope in SCOPES:
                versions, content = (
                    endpoint.versions(cluster, scope, now),
                    shown(endpoint, cluster, scope, now),
                )
                before = known.get((endpoint.plural, scope))
                if before is not None and before[0] == versions:
                    assert before[1] == content, f"{endpoint.plural} of {scope} changed without a new version"
                known[endpoint.plural, scope] = versions, content


@given(st.lists(st.one_of(counted_rows.steps(), other_steps()), max_size=30))
@settings(max_examples=50, deadline=None)
def test_a_row_of_a_reply_is_made_of_the_row_and_what_is_joined_to_it_alone(steps: list[Step]) -> None:
    """Which is what an encoded row is kept by."""
    cluster = inventory(Settings())
    made: dict[tuple[str, Any], bytes] = {}
    for number, step in enumerate(steps):
        apply(cluster, step)
        for endpoint in ENDPOINTS:
            view = endpoint.spec.view(endpoint.context(cluster, TIMES[number % len(TIMES)]))
            for row in cluster.table(endpoint.plural).rows() if view.joined else ():
                assert view.joined is not None
                joined = view.joined(row)
                encoded = msgspec.json.encode(view.row(row, joined))
                assert made.setdefault((endpoint.plural, repr((row, joined))), encoded) == encoded


UNDECLARED = [
    (kind, dependency.plural)
    for kind in KINDS
    if kind.list
    for dependency in kind.list.depends_on
    if dependency.plural not in ("", kind.plural)
]


@pytest.mark.parametrize(("kind", "plural"), UNDECLARED, ids=lambda each: getattr(each, "plural", each))
def test_reading_a_table_that_is_not_declared_fails_loudly(kind: Any, plural: str) -> None:
    fewer = tuple(each for each in kind.list.depends_on if each.plural != plural)
    forgetful = ListEndpoint(dataclasses.replace(kind, list=dataclasses.replace(kind.list, depends_on=fewer)))
    with pytest.raises(UndeclaredRead, match=plural):
        shown(forgetful, populated(), "user-a", TIMES[0])


def test_reading_the_clock_without_declaring_it_fails_loudly() -> None:
    [users] = [kind for kind in KINDS if kind.plural == "users"]
    assert users.list is not None
    fewer = tuple(each for each in users.list.depends_on if each.plural)
    forgetful = ListEndpoint(
        dataclasses.replace(users, list=dataclasses.replace(users.list, depends_on=fewer))
    )
    with pytest.raises(LookupError, match="Clock"):
        shown(forgetful, populated(), None, TIMES[0])


def versions_at(plural: str, cluster: Inventory, scope: str | None, *times: str) -> list[object]:
    [endpoint] = [endpoint for endpoint in ENDPOINTS if endpoint.plural == plural]
    return [endpoint.versions(cluster, scope, time) for time in times]


@pytest.mark.parametrize("later", ["2024-03-01T08:01:00Z", "2024-03-01T09:00:00Z", "2025-03-01T08:00:00Z"])
def test_a_list_that_depends_on_the_time_has_a_version_for_each_minute(later: str) -> None:
    first, same, other = versions_at(
        "users", populated(), None, "2024-03-01T08:00:00Z", "2024-03-01T08:00:59Z", later
    )

    assert first == same
    assert first != other


@pytest.mark.parametrize(
    ("scope", "depends"), [(None, True), ("user-a", True), ("user-b", False)], ids=["all", "its", "other"]
)
def test_nodes_depend_on_the_time_only_where_the_autonomy_of_one_ends(scope: str, *, depends: bool) -> None:
    cluster = populated()
    before = versions_at("nodes", cluster, scope, *TIMES)
    lost = rows.node(
        "user-a-n",
        ready="Unknown",
        labels={TENANT_NODE_LABEL: "user-a", "openyurt.io/is-edge-worker": "true"},
        annotations={"node.openyurt.io/autonomy-duration": "2h"},
    )

    cluster.table("nodes").put(lost)

    assert len(set(before)) == 1
    assert len(set(versions_at("nodes", cluster, scope, *TIMES))) == (len(TIMES) if depends else 1)

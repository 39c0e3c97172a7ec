"""The law of every list: filters and orders equal the plainest ones, whatever is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from apimachinery.selectors import Selector
from tests import rows
from tests.api.world import A, B, World, build
from yurt_console.api.http import query
from yurt_console.api.lists.index import Selection
from yurt_console.api.lists.list_endpoint import ListEndpoint
from yurt_console.kinds import pods as pod_kind
from yurt_console.rows import Pod

PODS = ListEndpoint(pod_kind.PODS)
NAMES = st.sampled_from(["web", "web-1", "db", "cache", "a", "b"])
SCOPES = st.sampled_from([A, B, "kube-system"])
LABELS = st.sampled_from([{}, {"app": "web"}, {"app": "db", "tier": "Back"}, {"tier": "front"}])


@st.composite
def pods(draw: st.DrawFn) -> Pod:
    return rows.pod(
        draw(NAMES) + f"-{draw(st.integers(0, 9))}",
        draw(SCOPES),
        labels=draw(LABELS),
        restarts=draw(st.integers(0, 3)),
        reason=draw(st.sampled_from(["Running", "CrashLoopBackOff", ""])),
        images=draw(st.sampled_from([("nginx:1.25",), ("busybox", "Registry/DB:2"), ()])),
        node=draw(st.sampled_from(["", "edge-1", "edge-2"])),
        owner_kind="ReplicaSet",
        owner_name=draw(st.sampled_from(["", "web-1", "db"])),
    )


QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "q": st.sampled_from(["web", "DB", "nginx", "tier=front", "zzz", "kube", "-1"]),
        "sort": st.sampled_from([sign + sort for sort in PODS.spec.sorts for sign in ("", "-")]),
        "status": st.sampled_from(["running", "CRASHLOOPBACKOFF", "nothing"]),
        "labels": st.sampled_from(["app=web", "app!=web", "tier", "!tier", "app in (web,db),tier notin (x)"]),
        "name": st.sampled_from(["web-1", "WEB-1", "web"]),
        "node": st.sampled_from(["edge-1", "edge"]),
        "owner": st.sampled_from(["ReplicaSet/db", "Job/db", "db"]),
        "offset": st.sampled_from(["0", "1", "3"]),
        "limit": st.sampled_from(["1", "2", "1000"]),
    },
)


def _many() -> World:
    """Twelve hundred pods of a few sorts: every status, restart count and node is that of many."""
    world = asyncio.run(build())
    world.console.cluster.inventory.pods.replace(
        rows.pod(
            f"{('web', 'db')[number % 2]}-{number}",
            (A, B)[number % 3 > 0],
            restarts=number % 4,
            reason=("Running", "Error")[number % 7 == 0],
            node=f"edge-{number % 5}",
            images=(("nginx:1.25",), ("Registry/DB:2",))[number % 10 == 0],
        )
        for number in range(1200)
    )
    return world


MANY = _many()


class Gone(NamedTuple):
    """A step: one of the pods that there are goes."""

    number: int


_KEYS: dict[str, Callable[[Pod], Any]] = {
    "name": lambda pod: pod.name,
    "namespace": lambda pod: pod.namespace,
    "createTime": lambda pod: pod.created,
    "status": lambda pod: pod.reason or pod.phase,
    "node": lambda pod: pod.node,
    "ip": lambda pod: pod.ip,
    "restarts": lambda pod: pod.restarts,
    "ready": lambda pod: pod.ready,
    "cpu": lambda pod: pod.cpu_request,
    "memory": lambda pod: pod.memory_request,
    "owner": lambda pod: pod.owner_name and f"{pod.owner_kind}/{pod.owner_name}",
}


def obvious(everything: list[Pod], scope: str | None, asked: dict[str, str]) -> list[Pod]:
    """What a list should be, written as plainly as possible."""
    q, status, labels = asked.get("q", "").lower(), asked.get("status", "").lower(), asked.get("labels", "")
    found = [
        pod
        for pod in everything
        if scope in (None, pod.namespace)
        and (pod.reason or pod.phase).lower() == (status or (pod.reason or pod.phase).lower())
        and Selector.parse(labels).matches(pod.labels)
        and pod.name == asked.get("name", pod.name)
        and pod.node == asked.get("node", pod.node)
        and asked.get("owner", _KEYS["owner"](pod)) == _KEYS["owner"](pod)
        and any(
            q in text.lower()
            for text in (
                pod.name,
                pod.namespace,
                ",".join(f"{key}={value}" for key, value in sorted(pod.labels.items())),
                *pod.images,
            )
        )
    ]
    found.sort(key=lambda pod: (pod.namespace, pod.name))
    sort = asked.get("sort", "name")
    found.sort(key=_KEYS[sort.removeprefix("-")], reverse=sort.startswith("-"))
    return found


def page(everything: list[Pod], scope: str | None, asked: dict[str, str]) -> Selection[Pod]:
    """The page of `obvious` that was asked for."""
    found = obvious(everything, scope, asked)
    offset, limit = int(asked.get("offset", 0)), int(asked.get("limit", 1000))
    return Selection(len(found), found[offset : offset + limit])


def selected(world: World, scope: str | None, asked: dict[str, str]) -> Selection[Pod]:
    """The same by the code that answers."""
    cluster = world.console.cluster.inventory
    spec = PODS.spec
    read = query.read(asked, sorts=spec.sorts, default_sort=spec.default_sort, most=1000, exact=spec.exact)
    view = spec.view(PODS.context(cluster, ""))
    return PODS.select(world.console, view, scope, read, versions=PODS.versions(cluster, scope, ""))


@given(
    st.lists(
        st.one_of(
            pods(),
            st.lists(pods(), max_size=6),
            st.builds(Gone, st.integers(0, 1000)),
            st.tuples(QUESTIONS, st.sampled_from([None, A, B, "kube-system", "none"])),
        ),
        max_size=20,
    )
)
@settings(max_examples=150, deadline=None)
def test_filters_orders_and_pages_equal_the_obvious_ones_while_rows_change_between_questions(
    steps: list[Pod | list[Pod] | Gone | tuple[dict[str, str], str | None]],
) -> None:
    world = asyncio.run(build())
    table = world.console.cluster.inventory.pods
    for step in steps:
        if isinstance(step, Pod):
            table.put(step)
        elif isinstance(step, list):  # a relist gives every scope the same version
            table.replace(step)
        elif isinstance(step, Gone):
            keys = [pod.key for pod in table.rows()]
            table.remove(keys[step.number % len(keys)] if keys else ("", ""))
        else:
            asked, scope = step
            expected = page(list(table.rows()), scope, asked)
            assert selected(world, scope, asked) == expected
            assert selected(world, scope, asked) == expected, "asked again, from what was remembered"


def test_one_question_follows_what_comes_changes_and_goes() -> None:
    world = asyncio.run(build())
    table = world.console.cluster.inventory.pods
    table.replace(rows.pod(f"web-{number}", (A, B)[number % 2], restarts=number) for number in range(20))
    questions: tuple[dict[str, str], ...] = (
        {"q": "web-1", "sort": "-restarts"},
        {"labels": "app=web", "sort": "restarts"},
        {"status": "running", "sort": "node"},
        {"sort": "-name", "limit": "3"},
    )
    for number in range(60):  # more often than an index is patched
        table.put(
            rows.pod(
                f"web-{number % 25}", (A, B)[number % 2], restarts=number * 7 % 11, labels={"app": "web"}
            )
        )
        table.put(rows.pod(f"web-{number % 7}", A, reason=("Running", "Error")[number % 2]))
        table.remove((B, f"web-{number % 15}"))
        for asked in questions:
            for scope in (None, A):
                assert selected(world, scope, asked) == page(list(table.rows()), scope, asked)


def test_more_changes_than_anything_remembers_are_seen_all_the_same() -> None:
    world = asyncio.run(build())
    table = world.console.cluster.inventory.pods
    asked = {"sort": "-restarts", "q": "web"}
    for round_ in range(3):
        for number in range(5000):
            table.put(rows.pod(f"web-{number % 40}", A, restarts=(number + round_) % 7))
        for scope in (None, A, B):
            assert selected(world, scope, asked) == page(list(table.rows()), scope, asked)


def test_what_is_remembered_of_one_scope_is_never_shown_in_another_of_the_same_version() -> None:
    world = asyncio.run(build())
    everything = [rows.pod(f"web-{number}", scope) for number in range(3) for scope in (A, B, "kube-system")]
    world.console.cluster.inventory.pods.replace(everything)  # a relist: every scope has the same version now
    questions: tuple[dict[str, str], ...] = ({}, {"q": "web"}, {"sort": "-restarts"}, {"status": "running"})
    for asked in questions:
        for scope in (None, A, B, None, "kube-system", A):
            assert selected(world, scope, asked) == page(everything, scope, asked)


PAGES = st.fixed_dictionaries(
    {
        "sort": st.sampled_from([sign + sort for sort in PODS.spec.sorts for sign in ("", "-")]),
        "q": st.sampled_from(["", "web", "DB", "-1", "nothing"]),
        "status": st.sampled_from(["", "running", "error"]),
        "offset": st.integers(0, 1000).map(str),
        "limit": st.sampled_from(["1", "50", "300"]),
    }
)


@given(PAGES, st.sampled_from([None, A]))
@settings(max_examples=150, deadline=None)
def test_any_page_of_what_few_and_many_rows_match_equals_the_obvious_one(
    asked: dict[str, str], scope: str | None
) -> None:
    rows_now = list(MANY.console.cluster.inventory.pods.rows())
    assert selected(MANY, scope, asked) == page(rows_now, scope, asked)

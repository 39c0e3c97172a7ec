"""Tables and totals: whatever happens to the rows, every view equals a recount."""

from __future__ import annotations

import gc
import itertools
import weakref
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.rows import event, pod
from yurt_console.cache.group_totals import GroupTotals
from yurt_console.cache.store import Change, Newest, Table, merged
from yurt_console.rows import Event, Key, Pod

SCOPES = ("", "a", "b", "c")
NODES = ("", "n1", "n2")


def amounts(row: Pod) -> tuple[int, ...]:
    return (1, int(row.ready), row.cpu_request)


def new_table() -> Table[Pod]:
    tally = GroupTotals[Pod](lambda row: row.labels.get("scope") or None, amounts, 3)
    return Table(
        "pods",
        scope=lambda row: row.labels["scope"],
        indexes={"node": lambda row: row.node or None},
        totals={"scope": tally},
        clock=itertools.count(1).__next__,
    )


# The scope is a label here and not the namespace, so that rows can move between scopes.
pods = st.builds(
    lambda name, uid, scope, node, ready, cpu: pod(
        name, "x", uid=uid, labels={"scope": scope}, node=node, ready=ready, cpu_request=cpu
    ),
    st.sampled_from("pqrst"),
    st.sampled_from(("u1", "u2")),
    st.sampled_from(SCOPES),
    st.sampled_from(NODES),
    st.booleans(),
    st.integers(0, 3),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), pods),
        st.tuples(st.just("remove"), st.sampled_from("pqrst")),
        st.tuples(st.just("replace"), st.lists(pods, max_size=5)),
        st.tuples(st.just("extend"), st.lists(pods, max_size=5, unique_by=lambda row: row.key)),
    ),
    max_size=25,
)


def by_key(rows: Iterable[Pod]) -> dict[Key, Pod]:
    return {row.key: row for row in rows}


@given(steps)
def test_every_view_equals_a_recount_after_any_steps(taken: list[tuple[str, object]]) -> None:
    table, model = new_table(), dict[Key, Pod]()
    for action, subject in taken:
        before = dict(model)
        versions = {scope: table.scope_version(scope) for scope in SCOPES}
        tally = table.totals["scope"]
        totals, old_tally = [tally.totals(scope) for scope in SCOPES], tally.version
        old_version = table.version
        match subject:
            case Pod():
                model[subject.key] = subject
                change = table.put(subject)
            case str():
                model.pop(("x", subject), None)
                change = table.remove(("x", subject))
            case list():
                model = {**(model if action == "extend" else {}), **by_key(subject)}
                change = table.extend(subject) if action == "extend" else table.replace(subject)
            case _:
                raise AssertionError(action)

        assert by_key(table.rows()) == model
        assert len(table) == len(model)
        touched = set()
        for scope in SCOPES:
            members = {key: row for key, row in model.items() if row.labels["scope"] == scope}
            was = {key: row for key, row in before.items() if row.labels["scope"] == scope}
            assert by_key(table.rows(scope)) == members
            if members != was:
                touched.add(scope)
                assert table.scope_version(scope) > versions[scope]
                assert table.scope_changed_at(scope) == table.changed_at
            else:
                assert table.scope_version(scope) == versions[scope]
        assert (change is None) == (not touched) == (table.version == old_version)
        if change is not None:
            assert change.scopes == touched
            gone = {key for key, row in before.items() if key not in model or model[key].uid != row.uid}
            assert change.removed == len(gone)
        for node in NODES[1:]:
            members = {key: row for key, row in model.items() if row.node == node}
            assert by_key(table.by("node", node)) == members
        recount = recounted(model.values())
        assert set(tally.groups()) == recount.keys()
        assert tally.overall() == tuple(map(sum, zip((0, 0, 0), *recount.values(), strict=True)))
        for scope in SCOPES[1:]:
            assert tally.totals(scope) == recount.get(scope, (0, 0, 0))
        assert tally.version >= old_tally
        if totals != [tally.totals(scope) for scope in SCOPES]:
            assert tally.version > old_tally


def recounted(rows: Collection[Pod]) -> dict[str, tuple[int, ...]]:
    groups: defaultdict[str, list[Pod]] = defaultdict(list)
    for row in rows:
        if row.labels["scope"]:
            groups[row.labels["scope"]].append(row)
    return {
        scope: tuple(map(sum, zip(*(amounts(row) for row in members), strict=True)))
        for scope, members in groups.items()
    }


def test_a_heartbeat_changes_nothing() -> None:
    table = new_table()
    row = pod("p", "x", labels={"scope": "a"})
    assert table.put(row) is not None
    version, tally_version = table.version, table.totals["scope"].version
    assert table.put(msgspec.structs.replace(row)) is None
    assert (table.version, table.totals["scope"].version) == (version, tally_version)


def test_the_same_name_with_a_new_uid_is_another_object() -> None:
    table = new_table()
    table.put(pod("p", "x", uid="u1", labels={"scope": "a"}))
    change = table.put(pod("p", "x", uid="u2", labels={"scope": "a"}))
    assert change is not None
    assert change.removed == 1
    assert len(table) == 1


def test_an_unchanged_amount_leaves_the_tally_alone() -> None:
    table = new_table()
    table.put(pod("p", "x", labels={"scope": "a"}))
    version = table.totals["scope"].version
    assert table.put(pod("p", "x", labels={"scope": "a"}, restarts=7)) is not None
    assert table.totals["scope"].version == version


@given(steps, st.integers(0, 25))
def test_whoever_asks_what_changed_since_a_version_hears_of_every_row_that_differs(
    taken: list[tuple[str, object]], after: int
) -> None:
    table = new_table()
    before, version = by_key(table.rows()), table.version
    for number, (what, argument) in enumerate(taken):
        if number == after:
            before, version = by_key(table.rows()), table.version
        getattr(table, what)(("x", argument) if what == "remove" else argument)

    now = by_key(table.rows())
    different = {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}
    told = table.changed_since(version)
    assert told is not None
    assert told >= different
    assert table.changed_since(table.version) == set()


def test_what_changed_long_ago_is_not_known_rather_than_known_in_part() -> None:
    table = new_table()
    table.put(pod("first", "x", labels={"scope": "a"}))
    version = table.version
    table.put(pod("second", "x", labels={"scope": "a"}))
    assert table.changed_since(version) == {("x", "second")}
    for number in range(5000):
        table.put(pod("p", "x", labels={"scope": "a"}, cpu_request=number))
    assert table.changed_since(version) is None
    assert table.changed_since(table.version - 1) == {("x", "p")}


def test_a_scope_without_rows_has_no_version_and_no_rows() -> None:
    table = new_table()
    assert (table.scope_version("nobody"), table.scope_changed_at("nobody")) == (0, 0.0)
    assert not table.rows("nobody")
    assert not table.by("node", "nowhere")
    assert table.totals["scope"].totals("nobody") == (0, 0, 0)


LIMIT = 3
events = st.builds(
    lambda name, namespace, last, uid: event(name, namespace, last=last, uid=uid),
    st.sampled_from("abcdef"),
    st.sampled_from(("n1", "n2")),
    st.sampled_from("0123456789"),
    st.sampled_from(("u1", "u2")),
)


def newest_table() -> Table[Event]:
    newest = Newest[Event](bucket=lambda row: row.namespace, order=lambda row: row.last, limit=LIMIT)
    return Table("events", scope=lambda row: row.namespace, newest=newest)


def newest_of(rows: Iterable[Event]) -> dict[Key, Event]:
    kept: dict[Key, Event] = {}
    for namespace in ("n1", "n2"):
        members = sorted((row for row in rows if row.namespace == namespace), key=lambda r: (r.last, r.key))
        kept |= {row.key: row for row in members[-LIMIT:]}
    return kept


@given(st.lists(events, max_size=20, unique_by=lambda row: row.key))
def test_only_the_newest_rows_of_a_bucket_are_kept_however_they_arrive(rows: list[Event]) -> None:
    one_by_one, at_once = newest_table(), newest_table()
    for row in rows:
        one_by_one.put(row)
    at_once.replace(rows)
    assert {row.key: row for row in one_by_one.rows()} == newest_of(rows)
    assert {row.key: row for row in at_once.rows()} == newest_of(rows)
    assert {row.key for row in at_once.trimmed(rows)} == newest_of(rows).keys()


@given(st.lists(st.one_of(events, st.tuples(st.sampled_from(("n1", "n2")), st.sampled_from("abcdef")))))
def test_a_bucket_never_grows_past_its_limit_and_never_keeps_what_was_removed(
    taken: list[Event | Key],
) -> None:
    table = newest_table()
    known: dict[Key, Event] = {}
    for step in taken:
        if isinstance(step, Event):
            known[step.key] = step
            table.put(step)
        else:
            known.pop(step, None)
            table.remove(step)
        rows = {row.key: row for row in table.rows()}
        assert rows.items() <= known.items()
        assert all(len(table.rows(namespace)) <= LIMIT for namespace in ("n1", "n2"))
        if isinstance(step, Event) and table.get(step.key) is None:
            assert all((row.last, row.key) > (step.last, step.key) for row in table.rows(step.namespace))


def test_an_event_older_than_all_of_a_full_bucket_changes_nothing() -> None:
    table = newest_table()
    for number in range(LIMIT):
        table.put(event(f"e{number}", "n1", last=f"{number + 5}"))
    version = table.version

    assert table.put(event("late", "n1", last="1")) is None
    assert table.version == version
    table.remove(("n1", "e0"))
    assert table.put(event("later", "n1", last="2")) is not None
    assert {row.name for row in table.rows()} == {"e1", "e2", "later"}


def labelled(name: str, scope: str, **fields: Any) -> Pod:
    return pod(name, "x", labels={"scope": scope}, **fields)


JOURNAL = 4096


def test_the_journal_reaches_back_exactly_as_far_as_it_has_every_change() -> None:
    table = new_table()
    for number in range(JOURNAL):
        table.put(labelled(f"p{number}", "a"))
    assert len(table.changed_since(0) or ()) == JOURNAL
    table.put(labelled("last", "a"))
    assert table.changed_since(0) is None
    assert len(table.changed_since(1) or ()) == JOURNAL


def test_a_change_is_stamped_with_its_time_in_the_table_and_in_its_scopes() -> None:
    times = iter((10.0, 20.0, 30.0))
    table = Table[Pod]("pods", scope=lambda row: row.labels["scope"], clock=times.__next__)
    table.put(labelled("p", "a"))
    table.put(labelled("q", "b"))
    assert (table.changed_at, table.scope_changed_at("a"), table.scope_changed_at("b")) == (20.0, 10.0, 20.0)
    table.put(labelled("p", "b"))
    assert (table.changed_at, table.scope_changed_at("a"), table.scope_changed_at("b")) == (30.0, 30.0, 30.0)


def test_further_scopes_hear_of_a_row_before_and_after_without_a_version_of_their_own() -> None:
    table = Table[Pod]("pods", scope=lambda row: row.labels["scope"], extra_scopes=lambda row: {row.node})
    assert table.put(labelled("p", "a", node="n1")) == Change("pods", frozenset({"a", "n1"}))
    assert table.put(labelled("p", "a", node="n2")) == Change("pods", frozenset({"a", "n1", "n2"}))
    assert table.remove(("x", "p")) == Change("pods", frozenset({"a", "n2"}), removed=1)
    assert (table.scope_version("a"), table.scope_version("n1")) == (3, 0)


def test_changes_merge_into_one_with_all_scopes_and_removals() -> None:
    one, other = Change("pods", frozenset({"a"}), 1), Change("pods", frozenset({"a", "b"}), 2)
    assert merged(None, one, None, other) == Change("pods", frozenset({"a", "b"}), 3)
    assert merged(None, None) is None
    assert merged() is None


class Value(str):
    """A text that weak references can follow."""

    __slots__ = ("__weakref__",)


def test_nothing_is_kept_of_values_that_no_row_has_any_more() -> None:
    """Names of nodes and namespaces come and go for years."""
    values = {"index": Value("n1"), "bucket": Value("x")}
    newest = Newest[Pod](bucket=lambda _: values["bucket"], order=lambda row: row.name, limit=LIMIT)
    table = Table[Pod](
        "pods", scope=lambda _: "a", indexes={"node": lambda _: values["index"]}, newest=newest
    )
    table.put(labelled("p", "a"))
    table.remove(("x", "p"))
    left = [weakref.ref(value) for value in values.values()]
    values.clear()
    gc.collect()

    assert [value() for value in left] == [None, None]

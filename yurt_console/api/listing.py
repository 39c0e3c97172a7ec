"""How every list is answered: scope, filter, order, one page, with as little work as its versions allow.

A page is made in four steps, each remembered by the versions of everything it depends on: the scope's
rows in their natural order, the question's rows in its order, the page, and the page compressed. Only
rows on the page are ever turned into replies. The scope is part of every key, so what one tenant is
shown is never another's.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Collection, Mapping
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar

from litestar.response.base import ASGIResponse

from yurt_console.api import query as queries
from yurt_console.api import replies
from yurt_console.api.console import Console, rfc3339
from yurt_console.api.query import ListQuery, Parameter
from yurt_console.api.routes import Access, Call, Route
from yurt_console.kube.objects import Labels, Row
from yurt_console.kube.selectors import Selector
from yurt_console.tenancy import access
from yurt_console.tenancy.cluster import Cluster
from yurt_console.yurt.workloads import labels_text

R = TypeVar("R", bound=Row)
T = TypeVar("T")

_NATURAL: Final = attrgetter("namespace", "name")
_REFERENCE: Final = 8
"""Bytes that a row in a remembered order takes."""
_TEXT: Final = 256
"""Bytes that a row's remembered text takes, about."""


@dataclasses.dataclass(frozen=True, slots=True)
class Sight:
    """What rows are looked at with: the cluster they are in, the time, and whether details were asked for."""

    cluster: Cluster
    now: str
    """RFC 3339, UTC."""
    detail: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Lens(Generic[R]):
    """How rows of one noun look in a `Sight`."""

    row: Callable[[R], Any]
    """The reply's row."""
    status: Callable[[R], str]
    keys: Mapping[str, Callable[[R], Any]]
    """What each sortable field compares by."""


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """What an envelope is made of beside its rows."""

    total: int
    stale_since: str | None
    changed: str
    """When the list's rows last changed, RFC 3339, "" if never."""
    hint: str


@dataclasses.dataclass(frozen=True, slots=True)
class Noun(Generic[R]):
    """One list: where its rows are, how they look, how they are wrapped."""

    kind: str
    """The plural of the rows' table."""
    path: str
    summary: str
    lens: Callable[[Sight], Lens[R]]
    sorts: tuple[str, ...]
    reply: Any
    """The envelope's type."""
    envelope: Callable[[list[Any], Page], Any] | None = None
    """None: the reply's type, given rows, total and ``staleSince``."""
    rows: Callable[[Cluster, str | None], Collection[R]] | None = None
    """None: the scope's rows of the table of ``kind``."""
    default_sort: str = "name"
    joins: tuple[str, ...] = ()
    """Further kinds whose rows show in this list."""
    versions: Callable[[Sight, str | None], tuple[object, ...]] = lambda _sight, _scope: ()
    """Versions of what is shown beside the noun's own rows."""
    texts: Callable[[R], tuple[str, ...]] = lambda _row: ()
    """What ``q`` looks through beside name, namespace and labels."""
    detailed: bool = False
    """Whether ``detail`` adds anything."""

    def route(self) -> Route:
        """The route that answers with this list."""

        async def handler(call: Call) -> ASGIResponse:
            return answer(self, call)

        return Route(
            "GET",
            self.path,
            Access.TENANT,
            handler,
            self.summary,
            reply=self.reply,
            parameters=_parameters(self),
            errors=(400,),
            reads_cluster=True,
        )


def answer(noun: Noun[R], call: Call) -> ASGIResponse:
    """The page that ``call`` asks for, or 304 when the caller has it."""
    console = call.console
    query = queries.read(
        call.parameters,
        sorts=noun.sorts,
        default_sort=noun.default_sort,
        most=max(1, console.settings.list_limit),
    )
    scope = access.namespace(call.caller, query.namespace)
    stale_since = rfc3339(console.mirror.stale_since(noun.kind, *noun.joins))
    hint = _hint(console, noun.kind)
    table = console.cluster.table(noun.kind)
    sight = Sight(console.cluster, rfc3339(console.now()) or "", query.detail)
    versions = (console.cluster.version(noun.kind, scope), *noun.versions(sight, scope))
    tag = replies.tag_of(console.instance, noun.kind, scope, query, versions, stale_since, hint)
    if (same := replies.unchanged(call.request, tag)) is not None:
        return same
    body = console.pages.get((noun.kind, scope, query), tag)
    if body is None:
        lens = noun.lens(sight)
        rows = select(console, noun, lens, scope, query, versions=versions)
        changed = table.changed_at if scope is None else table.scope_changed_at(scope)
        page = Page(len(rows), stale_since, rfc3339(changed or None) or "", hint)
        shown = [lens.row(row) for row in rows[query.offset : query.offset + query.limit]]
        wrapped = noun.envelope(shown, page) if noun.envelope else noun.reply(shown, page.total, stale_since)
        body = replies.Body(replies.encode(wrapped))
        console.pages.put((noun.kind, scope, query), tag, body, len(body.plain))
    return replies.send(call.request, body, cache=replies.REVALIDATE, tag=tag)


def select(
    console: Console,
    noun: Noun[R],
    lens: Lens[R],
    scope: str | None,
    query: ListQuery,
    *,
    versions: tuple[object, ...],
) -> list[R]:
    """All rows of ``scope`` that match ``query``, in its order; the list is shared: never change it."""
    question = (query.q, query.status, query.labels, query.sort, query.descending)
    kept: list[R] | None = console.orders.get((noun.kind, scope, question), versions)
    if kept is not None:
        return kept
    rows: list[R] | None = console.orders.get((noun.kind, scope), versions)
    if rows is None:
        cluster = console.cluster
        found = noun.rows(cluster, scope) if noun.rows else cluster.table(noun.kind).rows(scope)
        rows = sorted(found, key=_NATURAL)
        console.orders.put((noun.kind, scope), versions, rows, len(rows) * _REFERENCE)
    if query.q:
        texts = _texts(console, noun, scope, rows, versions)
        rows = [row for row, text in texts.values() if query.q in text]
    if query.labels:
        selected = _by_labels(Selector.parse(query.labels).matches)
        rows = [row for row in rows if selected(row.labels)]
    if query.status:
        rows = [row for row in rows if query.status in lens.status(row).lower().split(",")]
    # Sorting is stable, so equals stay in their natural order, also when descending.
    ordered = sorted(rows, key=lens.keys[query.sort], reverse=query.descending)
    console.orders.put((noun.kind, scope, question), versions, ordered, len(ordered) * _REFERENCE)
    return ordered


def _texts(
    console: Console, noun: Noun[R], scope: str | None, rows: list[R], versions: tuple[object, ...]
) -> dict[int, tuple[R, str]]:
    """The rows with their texts, in order; only rows that are new since the last time are read.

    Keyed by identity, which is safe because each entry holds its row.
    """
    key = (noun.kind, scope, "texts")
    kept: dict[int, tuple[R, str]] | None = console.orders.get(key, versions)
    if kept is None:
        known: dict[int, tuple[R, str]] = console.orders.last(key) or {}
        text = _reader(noun)
        kept = {id(row): known.get(id(row)) or (row, text(row)) for row in rows}
        console.orders.put(key, versions, kept, len(kept) * _TEXT)
    return kept


def _reader(noun: Noun[R]) -> Callable[[R], str]:
    """Makes what ``q`` is looked for in, lower case; parts are kept apart by what nobody can type.

    What rows share is read once.
    """
    labels = _by_labels(labels_text)
    texts = functools.cache("\0".join)

    def text(row: R) -> str:
        return f"{row.name}\0{row.namespace}\0{labels(row.labels)}\0{texts(noun.texts(row))}".lower()

    return text


def _by_labels(ask: Callable[[Labels], T]) -> Callable[[Labels], T]:
    """``ask``, asked once for each mapping; valid while the rows that share the mappings live."""
    seen: dict[int, T] = {}

    def asked(labels: Labels) -> T:
        answer = seen.get(id(labels))
        if answer is None:
            answer = seen[id(labels)] = ask(labels)
        return answer

    return asked


def _hint(console: Console, kind: str) -> str:
    if not console.mirror.state(kind).absent:
        return ""
    return f"the cluster does not serve {kind}: is OpenYurt installed?"


def _parameters(noun: Noun[Any]) -> tuple[Parameter, ...]:
    text = {"type": "string", "maxLength": queries.TEXT_LIMIT}
    fields = [name for sort in noun.sorts for name in (sort, f"-{sort}")]
    detail = Parameter(
        "detail", "adds numbers, labels, taints, conditions and addresses", {"type": "boolean"}
    )
    return (
        Parameter("namespace", "a tenant's own when left out, an administrator's all", {"type": "string"}),
        Parameter("q", "part of a name, namespace, label, image or other text; any case", text),
        Parameter("status", "exactly this status word; any case", text),
        Parameter("labels", "a Kubernetes label selector", {"type": "string"}),
        Parameter(
            "sort",
            "field to sort by, - before it for descending; equals by namespace and name",
            {"type": "string", "enum": fields, "default": noun.default_sort},
        ),
        Parameter("offset", "rows to leave out first", {"type": "integer", "minimum": 0, "default": 0}),
        Parameter("limit", "rows to give at most", {"type": "integer", "minimum": 1}),
        *((detail,) if noun.detailed else ()),
    )

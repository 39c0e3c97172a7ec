"""How every list is answered: scope, filter, order, one page, with as little work as its versions allow.

A page is made in four steps, each remembered by the versions of everything it depends on: the scope's
rows in their natural order, the question's rows in its order, the page, and the page compressed. Only
rows on the page are ever turned into replies. The scope is part of every key, so what one tenant is
shown is never another's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping
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

_NATURAL: Final = attrgetter("namespace", "name")


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
    """What ``q`` looks through beside name, namespace and labels; shared between rows where possible."""
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
    kept = console.orders.get((noun.kind, scope, question), versions)
    if kept is not None:
        return kept
    natural = console.orders.get((noun.kind, scope), versions)
    if natural is None:
        cluster = console.cluster
        found = noun.rows(cluster, scope) if noun.rows else cluster.table(noun.kind).rows(scope)
        natural = sorted(found, key=_NATURAL)
        console.orders.put((noun.kind, scope), versions, natural, len(natural))
    rows = matching(natural, query, lens.status, noun.texts)
    # Both are stable, so equals stay in their natural order, also when descending.
    ordered = sorted(rows, key=lens.keys[query.sort], reverse=query.descending)
    return console.orders.put((noun.kind, scope, question), versions, ordered, len(ordered))


def matching(
    rows: Iterable[R], query: ListQuery, status: Callable[[R], str], texts: Callable[[R], tuple[str, ...]]
) -> Iterable[R]:
    """Those of ``rows`` that every filter of ``query`` lets through."""
    if query.labels:
        selected = _by_labels(Selector.parse(query.labels).matches)
        rows = [row for row in rows if selected(row.labels)]
    if query.status:
        rows = [row for row in rows if query.status in status(row).lower().split(",")]
    if query.q:
        rows = _containing(rows, query.q, texts)
    return rows


def _containing(rows: Iterable[R], q: str, texts: Callable[[R], tuple[str, ...]]) -> list[R]:
    """Rows with ``q`` in a name, a label or a text; what rows share is looked at once."""
    in_labels = _by_labels(lambda labels: q in labels_text(labels).lower())
    seen: dict[tuple[str, ...], bool] = {}

    def in_texts(found: tuple[str, ...]) -> bool:
        answer = seen.get(found)
        if answer is None:
            answer = seen[found] = any(q in text.lower() for text in found)
        return answer

    return [
        row
        for row in rows
        if q in row.name or q in row.namespace or in_texts(texts(row)) or in_labels(row.labels)
    ]


def _by_labels(decide: Callable[[Labels], bool]) -> Callable[[Labels], bool]:
    """``decide``, asked once for each mapping; valid while the rows that share the mappings live."""
    seen: dict[int, bool] = {}

    def decided(labels: Labels) -> bool:
        answer = seen.get(id(labels))
        if answer is None:
            answer = seen[id(labels)] = decide(labels)
        return answer

    return decided


def _hint(console: Console, kind: str) -> str:
    if not console.mirror.state(kind).absent:
        return ""
    return f"the cluster does not serve {kind}: is OpenYurt installed?"


def _parameters(noun: Noun[Any]) -> tuple[Parameter, ...]:
    text = {"type": "string", "maxLength": queries.TEXT_LIMIT}
    fields = [name for sort in noun.sorts for name in (sort, f"-{sort}")]
    detail = Parameter("detail", "adds labels, taints, conditions and addresses", {"type": "boolean"})
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

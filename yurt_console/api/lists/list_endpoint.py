"""How every list is answered: scope, filter, order, one page, with as little work as its versions allow.

Each scope has an index of its own that follows the table's changes and finds any page. The page and the
page compressed are remembered by the versions of everything they depend on, and so is each row of a
reply, which looks the same whoever sees it. The scope is part of every other key, so what one tenant is
shown is never another's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any, Final, Generic, TypeVar

import msgspec

from apimachinery.times import rfc3339_of_unix
from yurt_console.api.http import query as queries
from yurt_console.api.http import responses
from yurt_console.api.http.memo import Memo
from yurt_console.api.http.query import ListQuery, Parameter
from yurt_console.api.http.responses import Freshness, Response
from yurt_console.api.http.route import Access, Call, Route
from yurt_console.api.http.state import Console
from yurt_console.api.lists.index import Index, Selection
from yurt_console.cache.store import Table
from yurt_console.inventory.inventory import Inventory
from yurt_console.rows import Row
from yurt_console.tenancy.identity import access

R = TypeVar("R", bound=Row)

_ENTRY: Final = 400
"""Bytes that a remembered row of a reply takes beside its text, about."""


@dataclasses.dataclass(frozen=True, slots=True)
class RenderContext:
    """What rows are looked at with: the cluster they are in, the time, and whether details were asked for."""

    cluster: Inventory
    now: str
    """RFC 3339, UTC."""
    detail: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class RowView(Generic[R]):
    """How rows of one list look in a `RenderContext`."""

    row: Callable[[R], Any]
    """The reply's row."""
    status: Callable[[R], str]
    keys: Mapping[str, Callable[[R], Any]]
    """What each sortable field compares by."""
    joined: Callable[[R], Hashable] | None = None
    """What the reply's row says beside the row itself; None: all that is joined to the list."""


@dataclasses.dataclass(slots=True)
class _Kept(Generic[R]):
    """An index, the versions it shows, and the version of the table whose changes it has taken in."""

    index: Index[R]
    versions: tuple[object, ...]
    table_version: int


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """What an envelope is made of beside its rows."""

    total: int
    stale_since: str | None
    changed: str
    """When the list's rows last changed, RFC 3339, "" if never."""
    hint: str
    beside: Any = None
    """What the endpoint's own `Noun.beside` gives."""


@dataclasses.dataclass(frozen=True, slots=True)
class ListEndpoint(Generic[R]):
    """One list: where its rows are, how they look, how they are wrapped."""

    plural: str
    """The table's plural."""
    path: str
    summary: str
    view: Callable[[RenderContext], RowView[R]]
    sorts: tuple[str, ...]
    reply: Any
    """The envelope's type."""
    envelope: Callable[[list[Any], Page], Any] | None = None
    """None: the reply's type, given rows, total and ``staleSince``."""
    rows: Callable[[Inventory, str | None], Collection[R]] | None = None
    """None: the scope's rows of the table of ``kind``."""
    default_sort: str = "name"
    exact: tuple[str, ...] = ("name",)
    """Fields of ``sorts`` that a parameter of the same name asks for exactly; texts only."""
    joins: tuple[str, ...] = ()
    """Further kinds whose rows show in this list."""
    versions: Callable[[RenderContext, str | None], tuple[object, ...]] = lambda _context, _scope: ()
    """Versions of what is shown beside the endpoint's own rows."""
    beside: Callable[[RenderContext, str | None], Any] = lambda _context, _scope: None
    """What the envelope says beside the page; made of rows and of what `versions` counts."""
    texts: Callable[[R], tuple[str, ...]] = lambda _row: ()
    """What ``q`` looks through beside name, namespace and labels."""
    detailed: bool = False
    """Whether ``detail`` adds anything."""
    access: Access = Access.TENANT

    def route(self) -> Route:
        """The route that answers with this list."""

        async def handler(call: Call) -> Response:
            return answer(self, call)

        return Route(
            f"list_{self.plural}",
            "GET",
            self.path,
            self.access,
            handler,
            self.summary,
            reply=self.reply,
            parameters=_parameters(self),
            errors=(400,),
            reads_cluster=True,
        )


def answer(endpoint: ListEndpoint[R], call: Call) -> Response:
    """The page that ``call`` asks for, or 304 when the caller has it."""
    console = call.console
    query = queries.read(
        call.parameters,
        sorts=endpoint.sorts,
        default_sort=endpoint.default_sort,
        most=max(1, console.settings.list_limit),
        exact=endpoint.exact,
    )
    scope = access.namespace(call.caller, query.namespace)
    stale_since = rfc3339_of_unix(console.cluster.cache.stale_since(endpoint.plural, *endpoint.joins))
    hint = _hint(console, endpoint.plural)
    table = console.cluster.inventory.table(endpoint.plural)
    context = RenderContext(console.cluster.inventory, rfc3339_of_unix(console.now()) or "", query.detail)
    versions = (console.cluster.inventory.version(endpoint.plural, scope), *endpoint.versions(context, scope))
    tag = responses.tag_of(console.instance, endpoint.plural, scope, query, versions, stale_since, hint)
    freshness = _freshness(endpoint, console, scope, query, tag=tag)
    if (same := responses.unchanged(call.request, tag)) is not None:
        same.freshness = freshness
        return same
    body = console.replies.get((endpoint.plural, scope, query), tag)
    if body is None:
        view = endpoint.view(context)
        selection = select(console, endpoint, view, scope, query, versions=versions)
        changed = table.changed_at if scope is None else table.scope_changed_at(scope)
        page = Page(
            selection.total,
            stale_since,
            rfc3339_of_unix(changed or None) or "",
            hint,
            endpoint.beside(context, scope),
        )
        what = (endpoint.plural, query.detail)
        shown = [_encoded(console.encoded_rows, what, view, row, versions[1:]) for row in selection.rows]
        wrapped = (
            endpoint.envelope(shown, page)
            if endpoint.envelope
            else endpoint.reply(shown, page.total, stale_since)
        )
        body = responses.Body(responses.encode(wrapped))
        console.replies.put((endpoint.plural, scope, query), tag, body, len(body.plain))
    response = responses.send(call.request, body, cache=responses.REVALIDATE, tag=tag)
    response.freshness = freshness
    return response


def _freshness(
    endpoint: ListEndpoint[R], console: Console, scope: str | None, query: ListQuery, *, tag: str
) -> Freshness:
    """Everything that `answer` makes a page from, as of now."""
    cluster, plural, plurals = console.cluster, endpoint.plural, (endpoint.plural, *endpoint.joins)

    def current() -> Hashable:
        context = RenderContext(cluster.inventory, console.rfc3339_now(), query.detail)
        return (
            cluster.inventory.version(plural, scope),
            endpoint.versions(context, scope),
            cluster.cache.stale_since(*plurals),
            cluster.cache.state(plural).absent,
        )

    return Freshness(current, current(), tag)


def select(
    console: Console,
    endpoint: ListEndpoint[R],
    view: RowView[R],
    scope: str | None,
    query: ListQuery,
    *,
    versions: tuple[object, ...],
) -> Selection[R]:
    """What of ``scope`` matches ``query``. ``versions``: the own rows first, then what is joined."""
    table: Table[R] = console.cluster.inventory.table(endpoint.plural)
    key = (endpoint.plural, scope)
    kept: _Kept[R] | None = console.indexes.last(key)
    if kept is None or (kept.versions != versions and not _caught_up(kept, endpoint, table, scope, versions)):
        found = endpoint.rows(console.cluster.inventory, scope) if endpoint.rows else table.rows(scope)
        index = Index(found, keys=view.keys, status=view.status, texts=endpoint.texts)
        kept = _Kept(index, versions, table.version)
    selection = kept.index.select(query)
    console.indexes.put(key, (), kept, kept.index.weight)
    return selection


def _caught_up(
    kept: _Kept[R],
    endpoint: ListEndpoint[R],
    table: Table[R],
    scope: str | None,
    versions: tuple[object, ...],
) -> bool:
    """Whether the index took in what changed: only the endpoint's own rows, and not too many of them."""
    if endpoint.rows or kept.versions[1:] != versions[1:]:
        return False
    keys = table.changed_since(kept.table_version)
    if keys is None:
        return False
    rows = ((key, table.get(key)) for key in keys)
    mine = [(key, row if row and scope in (None, table.scope(row)) else None) for key, row in rows]
    kept.versions, kept.table_version = versions, table.version
    return kept.index.apply_changes(mine)


def _encoded(
    known: Memo[msgspec.Raw], what: Hashable, view: RowView[R], row: R, joined: Hashable
) -> msgspec.Raw:
    """The reply's row, encoded; remembered for as long as neither the row nor what is joined changes."""
    key, made_of = (what, row.key), (row, view.joined(row) if view.joined else joined)
    text = known.get(key, made_of)
    if text is None:
        encoded = responses.encode(view.row(row))
        text = known.put(key, made_of, msgspec.Raw(encoded), len(encoded) + _ENTRY)
    return text


def _hint(console: Console, kind: str) -> str:
    if not console.cluster.cache.state(kind).absent:
        return ""
    return f"the cluster does not serve {kind}: is OpenYurt installed?"


def _parameters(endpoint: ListEndpoint[Any]) -> tuple[Parameter, ...]:
    text = {"type": "string", "maxLength": queries.TEXT_LIMIT}
    fields = [name for sort in endpoint.sorts for name in (sort, f"-{sort}")]
    detail = Parameter(
        "detail", "adds numbers, labels, taints, conditions and addresses", {"type": "boolean"}
    )
    exact = [Parameter(field, f"exactly this {field}; case matters", text) for field in endpoint.exact]
    return (
        Parameter("namespace", "a tenant's own when left out, an administrator's all", {"type": "string"}),
        Parameter("q", "part of a name, namespace, label, image or other text; any case", text),
        Parameter("status", "exactly this status word; any case", text),
        Parameter("labels", "a Kubernetes label selector", {"type": "string"}),
        *exact,
        Parameter(
            "sort",
            "field to sort by, - before it for descending; equals by namespace and name",
            {"type": "string", "enum": fields, "default": endpoint.default_sort},
        ),
        Parameter("offset", "rows to leave out first", {"type": "integer", "minimum": 0, "default": 0}),
        Parameter("limit", "rows to give at most", {"type": "integer", "minimum": 1}),
        *((detail,) if endpoint.detailed else ()),
    )

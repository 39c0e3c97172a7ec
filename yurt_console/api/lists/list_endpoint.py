"""``GET`` of a list: filter, sort, one page, with as little work as the versions allow.

Each scope has an index of its own that follows the table's changes and finds any page. Encoded pages, plain
and compressed, and encoded rows are cached by the versions of all that they depend on. A row looks the same
for all callers; the scope is part of every other key, so no tenant gets what was rendered for another.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from typing import Any, Final, Generic, TypeVar

import msgspec

from apimachinery.times import rfc3339_of_unix
from yurt_console.api.http import query as queries
from yurt_console.api.http import responses
from yurt_console.api.http.query import ListQuery, Parameter
from yurt_console.api.http.responses import Freshness, Response
from yurt_console.api.http.routing.route import Access, Call, Route
from yurt_console.api.http.state import Console
from yurt_console.api.lists.index import Index, Selection
from yurt_console.cache.store import Table
from yurt_console.inventory import dependencies
from yurt_console.inventory.inventory import Inventory
from yurt_console.kinds.kind_spec import KindSpec
from yurt_console.kinds.list_spec import ListInfo, ListSpec, RenderContext, RowView
from yurt_console.kinds.registry import LISTED, POLLED
from yurt_console.rows import Row
from yurt_console.tenancy.identity import access

R = TypeVar("R", bound=Row)


class Versions(msgspec.Struct, frozen=True, gc=False):
    """The versions of a list: of its own rows, and of its dependencies."""

    own: int
    dependencies: tuple[object, ...]


@dataclasses.dataclass(slots=True)
class _CachedIndex(Generic[R]):
    """An index, the versions it shows, and the version of its table that it has applied."""

    index: Index[R]
    versions: Versions
    table_version: int


class ListEndpoint(Generic[R]):
    """Serves the list of one kind."""

    def __init__(self, kind: KindSpec[R]) -> None:
        if kind.list is None:
            raise ValueError(f"{kind.plural} has no list")
        self.plural: Final = kind.plural
        self.spec: Final[ListSpec[R]] = kind.list
        read = (kind.plural, *dependencies.plurals(kind.list.depends_on))
        self._stale_with = tuple(plural for plural in dict.fromkeys(read) if plural not in POLLED)
        self._limited: tuple[Inventory, Inventory] | None = None
        self._current: Final = self._made_from  # one bound method for all replies

    def route(self) -> Route:
        """The route of this list."""

        async def handler(call: Call) -> Response:
            return self.respond(call)

        return Route(
            f"list_{self.plural}",
            "GET",
            self.spec.path or f"/{self.plural}",
            Access.ADMIN if self.spec.admins_only else Access.TENANT,
            handler,
            self.spec.summary,
            reply=self.spec.reply,
            parameters=_parameters(self.spec),
            errors=(400,),
            reads_cluster=True,
        )

    def respond(self, call: Call) -> Response:
        """The requested page, or 304 when the caller has it."""
        console, spec = call.console, self.spec
        query = queries.read(
            call.parameters,
            sorts=spec.sorts,
            default_sort=spec.default_sort,
            most=max(1, console.settings.server.list_limit),
            exact=spec.exact,
        )
        scope = access.namespace(call.caller, query.namespace)
        stale_at = console.cluster.cache.stale_since(*self._stale_with)
        stale_since = rfc3339_of_unix(stale_at)
        hint = self._hint(console)
        now = console.rfc3339_now()
        versions = self.versions(console.cluster.inventory, scope, now)
        tag = responses.tag_of(console.instance, self.plural, scope, query, versions, stale_since, hint)
        freshness = Freshness(self._current, scope, (versions, stale_at, bool(hint)), tag)
        if (same := responses.unchanged_page(call.request, freshness)) is not None:
            return same
        body: responses.Body | None = console.replies.get((self.plural, scope, query), tag)
        if body is None:
            context = self.context(console.cluster.inventory, now, detail=query.detail)
            view = self.spec.view(context)
            selection = self.select(console, view, scope, query, versions=versions)
            rows = console.encoded_rows.encoded(
                (self.plural, query.detail), selection.rows, view.row, view.joined, versions.dependencies
            )
            info = ListInfo(selection.total, stale_since, hint)
            body = responses.Body(responses.encode(self._envelope(console, context, scope, rows, info)))
            console.replies.put((self.plural, scope, query), tag, body, len(body.plain))
        return responses.page(call.request, body, freshness)

    def _made_from(self, console: Console, scope: str | None) -> Hashable:
        """What a page of a scope would be made from now."""
        cluster = console.cluster
        return (
            self.versions(cluster.inventory, scope, console.rfc3339_now()),
            cluster.cache.stale_since(*self._stale_with),
            cluster.cache.absent(self.plural),
        )

    def versions(self, inventory: Inventory, scope: str | None, now: str) -> Versions:
        """The versions of all that a scope's list shows at ``now``."""
        depends_on = self.spec.depends_on
        return Versions(
            inventory.version(self.plural, scope),
            tuple([dependency.version(inventory, scope, now) for dependency in depends_on]),
        )

    def context(self, inventory: Inventory, now: str, *, detail: bool = False) -> RenderContext:
        """The context of rendering, limited to the declared dependencies."""
        return RenderContext(self._readable(inventory), now if self.spec.reads_clock else "", detail)

    def _readable(self, inventory: Inventory) -> Inventory:
        """The part of the inventory that the list depends on."""
        if self._limited is None or self._limited[0] is not inventory:
            limited = dependencies.limited(inventory, self.plural, self.spec.depends_on)
            self._limited = (inventory, limited)
        return self._limited[1]

    def _envelope(
        self, console: Console, context: RenderContext, scope: str | None, rows: list[Any], info: ListInfo
    ) -> Any:
        spec = self.spec
        if spec.envelope is None:
            return spec.reply(rows, info.total, info.stale_since)
        table = console.cluster.inventory.table(self.plural)
        changed = table.changed_at if scope is None else table.scope_changed_at(scope)
        beside = spec.beside(context, scope)
        return spec.envelope(
            rows, dataclasses.replace(info, changed=rfc3339_of_unix(changed or None) or "", beside=beside)
        )

    def select(
        self, console: Console, view: RowView[R], scope: str | None, query: ListQuery, *, versions: Versions
    ) -> Selection[R]:
        """The rows of ``scope`` that match ``query``."""
        table: Table[R] = console.cluster.inventory.table(self.plural)
        key = (self.plural, scope)
        cached: _CachedIndex[R] | None = console.indexes.last(key)
        if cached is None or (
            cached.versions != versions and not self._catch_up(cached, table, scope, versions)
        ):
            readable = self._readable(console.cluster.inventory)
            rows = self.spec.rows(readable, scope) if self.spec.rows else table.rows(scope)
            index = Index(rows, keys=view.keys, status=view.status, texts=self.spec.texts)
            cached = _CachedIndex(index, versions, table.version)
        selection = cached.index.select(query)
        console.indexes.put(key, (), cached, cached.index.weight)
        return selection

    def _catch_up(
        self, cached: _CachedIndex[R], table: Table[R], scope: str | None, versions: Versions
    ) -> bool:
        """Apply the table's changes to the index; False when it must be rebuilt."""
        if self.spec.rows or cached.versions.dependencies != versions.dependencies:
            return False
        keys = table.changed_since(cached.table_version)
        if keys is None:
            return False
        rows = ((key, table.get(key)) for key in keys)
        mine = [(key, row if row and scope in (None, table.scope(row)) else None) for key, row in rows]
        cached.versions, cached.table_version = versions, table.version
        return cached.index.apply_changes(mine)

    def _hint(self, console: Console) -> str:
        if not console.cluster.cache.absent(self.plural):
            return ""
        return f"the cluster does not serve {self.plural}: is OpenYurt installed?"


def _parameters(spec: ListSpec[Any]) -> tuple[Parameter, ...]:
    text = {"type": "string", "maxLength": queries.TEXT_LIMIT}
    fields = [name for sort in spec.sorts for name in (sort, f"-{sort}")]
    detail = Parameter(
        "detail", "adds numbers, labels, taints, conditions and addresses", {"type": "boolean"}
    )
    exact = [Parameter(field, f"exactly this {field}; case matters", text) for field in spec.exact]
    return (
        Parameter("namespace", "a tenant's own when left out, an administrator's all", {"type": "string"}),
        Parameter("q", "part of a name, namespace, label, image or other text; any case", text),
        Parameter("status", "exactly this status word; any case", text),
        Parameter("labels", "a Kubernetes label selector", {"type": "string"}),
        *exact,
        Parameter(
            "sort",
            "field to sort by, - before it for descending; equals by namespace and name",
            {"type": "string", "enum": fields, "default": spec.default_sort},
        ),
        Parameter("offset", "rows to leave out first", {"type": "integer", "minimum": 0, "default": 0}),
        Parameter("limit", "rows to give at most", {"type": "integer", "minimum": 1}),
        *((detail,) if spec.detailed else ()),
    )


ENDPOINTS: Final[tuple[ListEndpoint[Any], ...]] = tuple(map(ListEndpoint, LISTED))
"""The lists of all kinds."""

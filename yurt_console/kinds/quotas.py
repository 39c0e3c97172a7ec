"""``GET /resourcequotas``: limits and usage of namespaces."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

import msgspec

from apimachinery import resources
from yurt_console.cache.wire import quotas as wire
from yurt_console.inventory.table_spec import TableSpec, namespace
from yurt_console.kinds.kind_spec import KindSpec
from yurt_console.kinds.list_spec import ListSpec, RowView
from yurt_console.rows import ResourceQuota
from yurt_console.yurt.workloads import labels_text


class QuotaLimit(msgspec.Struct, frozen=True, rename="camel"):
    """One line of a quota. The texts are Kubernetes quantities; the numbers millicores, bytes or a count."""

    resource: str
    """``requests.cpu``, ``pods``, ``count/jobs.batch`` ..."""
    hard: str
    used: str
    hard_amount: int
    used_amount: int


class QuotaRow(msgspec.Struct, frozen=True, rename="camel"):
    """One ResourceQuota."""

    name: str
    namespace: str
    uid: str
    labels: str
    create_time: str
    limits: list[QuotaLimit]


class QuotaList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of ResourceQuotas."""

    items: list[QuotaRow]
    total: int
    stale_since: str | None


def _quota(row: ResourceQuota) -> QuotaRow:
    return QuotaRow(
        name=row.name,
        namespace=row.namespace,
        uid=row.uid,
        labels=labels_text(row.labels),
        create_time=row.created,
        limits=[QuotaLimit(*limit) for limit in row.limits],
    )


_VIEW: Final = RowView(
    row=_quota,
    status=lambda _row: "",
    keys={
        "name": attrgetter("name"),
        "namespace": attrgetter("namespace"),
        "createTime": attrgetter("created"),
    },
)
RESOURCE_QUOTAS: Final = KindSpec(
    resource=resources.RESOURCE_QUOTAS,
    table=TableSpec(resources.RESOURCE_QUOTAS, wire.RESOURCE_QUOTAS, scope=namespace),
    list=ListSpec(
        summary="ResourceQuotas: what may be used, and what is",
        view=lambda _context: _VIEW,
        sorts=tuple(_VIEW.keys),
        reply=QuotaList,
    ),
)

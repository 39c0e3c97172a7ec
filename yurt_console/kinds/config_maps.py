"""ConfigMaps: names, key names and sizes. Values are not cached; only the object page shows them."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

import msgspec

from apimachinery import resources
from yurt_console.cache.decoding import Decoder
from yurt_console.cache.wire.meta import ObjectMeta
from yurt_console.cache.wire.sharing import text
from yurt_console.inventory.table_spec import TableSpec, namespace
from yurt_console.kinds.kind_spec import KindSpec
from yurt_console.kinds.list_spec import ListSpec, RowView
from yurt_console.rows import Row
from yurt_console.yurt.workloads import labels_text

_string: Final = msgspec.json.Decoder(str)


class ConfigMap(Row, frozen=True, gc=False):
    """core/v1 ConfigMap without its values."""

    keys: tuple[str, ...]
    """Keys of ``data`` and ``binaryData``, sorted."""
    size: int
    """Sum of the values in bytes; ``binaryData`` counts decoded."""


class WireConfigMap(msgspec.Struct, gc=False, rename="camel"):
    """core/v1 ConfigMap on the wire; values stay views of the body and are freed with it."""

    metadata: ObjectMeta
    data: dict[str, msgspec.Raw] | None = None
    binary_data: dict[str, msgspec.Raw] | None = None


class ConfigMapRow(msgspec.Struct, frozen=True, rename="camel"):
    """One ConfigMap, without its values."""

    name: str
    namespace: str
    uid: str
    labels: str
    create_time: str
    keys: int
    """Number of keys."""
    size: int
    """Bytes of all values."""


class ConfigMapList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of ConfigMaps."""

    items: list[ConfigMapRow]
    total: int
    stale_since: str | None


def _config_map(wire: WireConfigMap) -> ConfigMap:
    data, binary = wire.data or {}, wire.binary_data or {}
    size = sum(len(_string.decode(value).encode()) for value in data.values())
    size += sum(_decoded_size(_string.decode(value)) for value in binary.values())
    return ConfigMap(*wire.metadata.identity(), tuple(sorted(map(text, (*data, *binary)))), size)


def _decoded_size(base64: str) -> int:
    """Number of bytes that padded base64 encodes."""
    return len(base64) * 3 // 4 - (len(base64) - len(base64.rstrip("=")))


def _row(row: ConfigMap) -> ConfigMapRow:
    return ConfigMapRow(
        name=row.name,
        namespace=row.namespace,
        uid=row.uid,
        labels=labels_text(row.labels),
        create_time=row.created,
        keys=len(row.keys),
        size=row.size,
    )


_VIEW: Final[RowView[ConfigMap]] = RowView(
    row=_row,
    status=lambda _row: "",
    keys={
        "name": attrgetter("name"),
        "namespace": attrgetter("namespace"),
        "createTime": attrgetter("created"),
        "keys": lambda row: len(row.keys),
        "size": attrgetter("size"),
    },
)
CONFIG_MAPS: Final = KindSpec(
    resource=resources.CONFIG_MAPS,
    table=TableSpec(resources.CONFIG_MAPS, Decoder(WireConfigMap, _config_map), scope=namespace),
    list=ListSpec(
        summary="ConfigMaps: keys and sizes, never values",
        view=lambda _context: _VIEW,
        sorts=tuple(_VIEW.keys),
        reply=ConfigMapList,
        texts=attrgetter("keys"),
    ),
    object_page=True,
)

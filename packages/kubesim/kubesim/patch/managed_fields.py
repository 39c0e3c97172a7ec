"""Field management: ``metadata.managedFields``, field sets, and comparison by field.

A path is a tuple of FieldsV1 path elements: ``f:name`` is a member, ``k:{"name":"web"}`` an item of a map
list, ``v:"text"`` an item of a set. A field set is a set of paths.
Source: sigs.k8s.io/structured-merge-diff v4 (fieldpath, typed) as API server v1.20 behaves; the tests
compare with a real one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from kubesim.errors import statuses
from kubesim.schema.merge_strategies import Schema

Object = dict[str, Any]
Path = tuple[str, ...]
FieldSet = frozenset[Path]

_MISSING: Any = object()
_MOST_UPDATERS = 10
_ANCIENT = "ancient-changes"

_METADATA = "f:metadata"
_UNTRACKED = ("name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation",
              "managedFields", "resourceVersion")  # fmt: skip
STRIPPED: FieldSet = frozenset(
    [("f:apiVersion",), ("f:kind",), (_METADATA,), *((_METADATA, f"f:{name}") for name in _UNTRACKED)]
)
"""Fields without an owner."""


class Manager(NamedTuple):
    """A manager: its name, operation and API version (of Update only)."""

    operation: str
    name: str
    api_version: str


class Owned(NamedTuple):
    """The fields of a manager, the time (RFC 3339), and the API version."""

    fields: FieldSet
    time: str
    api_version: str


Managers = dict[Manager, Owned]


class Difference(NamedTuple):
    """The difference between two objects."""

    added: FieldSet
    modified: FieldSet
    removed: FieldSet


def manager_name(field_manager: str, user_agent: str) -> str:
    """The default manager of a request: the user agent up to its first slash."""
    return field_manager or "".join(filter(str.isprintable, user_agent.split("/", maxsplit=1)[0]))[:128]


def decode(entries: Iterable[Mapping[str, Any]]) -> Managers:
    """The managers of ``metadata.managedFields``; empty entries are left out."""
    managers: Managers = {}
    for entry in entries:
        if not entry.get("operation"):
            continue
        version = entry.get("apiVersion", "")
        fields = frozenset(_paths(entry.get("fieldsV1") or {}, ()))
        key = key_of(entry["operation"], entry.get("manager", ""), version)
        managers[key] = Owned(fields, entry.get("time") or "", version)
    return managers


def encode(managers: Managers) -> list[Object]:
    """``metadata.managedFields``: appliers first, then by time and name."""
    ordered = sorted(managers.items(), key=lambda item: (item[0].operation, item[1].time, *item[0][1:]))
    return [
        {
            "manager": manager.name,
            "operation": manager.operation,
            "apiVersion": owned.api_version,
            "time": owned.time,
            "fieldsType": "FieldsV1",
            "fieldsV1": fields_v1(owned.fields),
        }
        for manager, owned in ordered
        if owned.fields
    ]


def key_of(operation: str, name: str, api_version: str) -> Manager:
    """The key of an entry; appliers have no version in it."""
    return Manager(operation, name, "" if operation == "Apply" else api_version)


def fields_v1(fields: FieldSet) -> Object:
    """A field set as FieldsV1."""
    nested: Object = {}
    for path in sorted(fields):
        place = nested
        for element in path:
            place = place.setdefault(element, {})
        place["."] = {}
    _drop_lone_dots(nested)
    return nested


def _drop_lone_dots(nested: Object) -> None:
    for below in nested.values():
        if below.keys() == {"."}:
            below.clear()
        else:
            _drop_lone_dots(below)


def _paths(nested: Mapping[str, Any], path: Path) -> Iterator[Path]:
    for element, below in nested.items():
        if element == ".":
            yield path
        elif below:
            yield from _paths(below, (*path, element))
        else:
            yield (*path, element)


def text(path: Path) -> str:
    """A path in messages: ``.spec.containers[name="web"].image``."""
    elements = []
    for element in path:
        kind, value = element[0], element[2:]
        if kind == "f":
            elements.append(f".{value}")
        elif kind == "k":
            keys = json.loads(value)
            elements.append(f"[{','.join(f'{key}={json.dumps(keys[key])}' for key in sorted(keys))}]")
        else:
            elements.append(f"[={value}]")
    return "".join(elements)


def item_elements(schema: Schema, items: list[Any], path: Path) -> dict[str, Any]:
    """The items of an associative list by path element. Raises `StatusError` for duplicates."""
    found: dict[str, Any] = {}
    for item in items:
        element = _element(schema, item)
        if element in found:
            what = f"{text(path)}: duplicate entries for key {text((element,))}"
            raise statuses.server_error(f"failed to create typed patch object: {what}")
        found[element] = item
    return found


def _element(schema: Schema, item: Any) -> str:
    if schema.relation == "set":
        return "v:" + json.dumps(item, ensure_ascii=False, sort_keys=True)
    keys = {}
    for key in schema.keys:
        value = item.get(key) if isinstance(item, dict) else None
        if value is None:
            value = schema.defaults.get(key)
        if value is not None:
            keys[key] = value
    return "k:" + json.dumps(keys, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def of_object(schema: Schema, obj: Object) -> FieldSet:
    """The fields of an applied configuration."""
    return frozenset(_object_paths(schema, obj, ()))


def _object_paths(schema: Schema, value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, dict) and not schema.atomic:
        for key, below in value.items():
            place = (*path, f"f:{key}")
            yield from _object_paths(schema.at(key), below, place)
            if schema.entries and key not in schema.fields:
                yield place
    elif isinstance(value, list) and schema.relation != "atomic":
        for element, item in item_elements(schema, value, path).items():
            yield from _object_paths(schema.items, item, (*path, element))
            yield (*path, element)
    elif path:
        yield path


def compare(schema: Schema, old: Object, new: Object) -> Difference:
    """The difference of ``new`` from ``old``, without fields that have no owner."""
    walk = _Comparison()
    walk.step(schema, old, new, ())
    return Difference(
        frozenset(walk.added) - STRIPPED,
        frozenset(walk.modified) - STRIPPED,
        frozenset(walk.removed) - STRIPPED,
    )


class _Comparison:
    """One parallel walk of two objects."""

    def __init__(self) -> None:
        self.added: set[Path] = set()
        self.modified: set[Path] = set()
        self.removed: set[Path] = set()

    def step(self, schema: Schema, old: Any, new: Any, path: Path) -> None:
        if old is new:
            return
        sample = old if new is _MISSING or new is None else new
        if isinstance(sample, dict) and not schema.atomic and _fits(old, dict) and _fits(new, dict):
            self._members(schema, old, new, path)
        elif (
            isinstance(sample, list) and schema.relation != "atomic" and _fits(old, list) and _fits(new, list)
        ):
            self._items(schema, old, new, path)
        elif old is _MISSING:
            self.added.add(path)
            return
        elif new is _MISSING:
            self.removed.add(path)
            return
        elif old != new:
            self.modified.add(path)
            return
        if old is _MISSING:
            self.added.add(path)
        elif new is _MISSING:
            self.removed.add(path)

    def _members(self, schema: Schema, old: Any, new: Any, path: Path) -> None:
        before, after = _members(old), _members(new)
        for key in dict.fromkeys((*before, *after)):
            below = schema.at(key)
            empty: Any = _MISSING
            if below.always:
                empty = [] if below.relation != "atomic" else {}
            self.step(
                below,
                before.get(key, _MISSING if old is _MISSING else empty),
                after.get(key, _MISSING if new is _MISSING else empty),
                (*path, f"f:{key}"),
            )

    def _items(self, schema: Schema, old: Any, new: Any, path: Path) -> None:
        before = item_elements(schema, old if isinstance(old, list) else [], path)
        after = item_elements(schema, new if isinstance(new, list) else [], path)
        for element in dict.fromkeys((*before, *after)):
            self.step(
                schema.items, before.get(element, _MISSING), after.get(element, _MISSING), (*path, element)
            )


def _fits(value: Any, kind: type) -> bool:
    return value is _MISSING or value is None or isinstance(value, kind)


def _members(value: Any) -> Object:
    return (
        {key: below for key, below in value.items() if below is not None} if isinstance(value, dict) else {}
    )


def track_update(
    schema: Schema, live: Object | None, new: Object, *, manager: str, api_version: str, now: str
) -> Object:
    """``new`` with managedFields updated after a create, update or patch.

    An object without managedFields stays without, as on the API server.
    """
    entries_sent = new["metadata"].get("managedFields")
    if entries_sent == [{}]:
        return _with_entries(new, [])
    before = (live or {}).get("metadata", {}).get("managedFields")
    if live is not None and not before and not entries_sent:
        return new
    old_managers = decode(entries_sent or before or ())
    difference = compare(schema, live or {}, new)
    managers = disowned(old_managers, difference, key_of("Update", manager, api_version))
    key = key_of("Update", manager, api_version)
    held = managers[key].fields if key in managers else frozenset()
    fields = (held | difference.modified | difference.added) - difference.removed
    if fields != held:
        managers[key] = Owned(fields, now, api_version)
    entries = encode(_capped(managers))
    return new if entries == entries_sent else _with_entries(new, entries)


def disowned(managers: Managers, difference: Difference, writer: Manager) -> Managers:
    """The managers without the fields that ``writer`` changed or removed, and without empty ones."""
    lost = difference.added | difference.modified | difference.removed
    left = {
        manager: owned if manager == writer else owned._replace(fields=owned.fields - lost)
        for manager, owned in managers.items()
    }
    return {manager: owned for manager, owned in left.items() if owned.fields}


def _with_entries(obj: Object, entries: list[Object]) -> Object:
    metadata = {key: value for key, value in obj["metadata"].items() if key != "managedFields"}
    if entries:
        metadata["managedFields"] = entries
    return {**obj, "metadata": metadata}


def _capped(managers: Managers) -> Managers:
    """At most ten update managers: the oldest are merged, per version."""
    updaters = sorted(
        (key for key in managers if key.operation == "Update" and key.name != _ANCIENT),
        key=lambda key: (managers[key].time, key),
    )
    capped = dict(managers)
    for key in updaters[: max(0, len(updaters) - _MOST_UPDATERS)]:
        owned = capped.pop(key)
        ancient = key_of("Update", _ANCIENT, key.api_version)
        held = capped.get(ancient)
        fields = owned.fields | (held.fields if held else frozenset())
        capped[ancient] = Owned(fields, owned.time, owned.api_version)
    return capped

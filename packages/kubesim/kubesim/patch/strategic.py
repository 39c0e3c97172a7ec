"""Strategic merge patch: a merge patch that merges lists by key, as kubectl sends it. Pure.

Directives in a patch: ``$patch: replace | delete | merge``, ``$deleteFromPrimitiveList/FIELD``,
``$setElementOrder/FIELD`` and ``$retainKeys``. Source: k8s.io/apimachinery, docs "strategic merge patch";
tests give the same patches to a real API server.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apimachinery.errors import StatusError
from kubesim.errors import statuses
from kubesim.schema.merge_strategies import Schema

Object = dict[str, Any]

_PATCH = "$patch"
_DELETE_LIST = "$deleteFromPrimitiveList/"
_ORDER = "$setElementOrder/"
_RETAIN_KEYS = "$retainKeys"


def strategic_merge_patch(schema: Schema, original: Object, patch: Object) -> Object:
    """``original`` with ``patch`` merged. Raises `StatusError`."""
    return _merge_map(original, patch, schema)


def _merge_map(original: Object, patch: Object, schema: Schema) -> Object:
    if _PATCH in patch:
        return _whole_map(patch)
    merged, patch = _retain(original, dict(patch))
    for key in [key for key in patch if key.startswith(_ORDER)]:
        _merge_ordered(merged, patch, key, schema)
    for key, value in patch.items():
        name = key.removeprefix(_DELETE_LIST)
        deletes = name != key
        if value is None:
            merged.pop(name, None)
        elif name not in merged:
            merged[name] = value  # even what should be deleted is taken over by v1.20
        elif isinstance(value, dict) and isinstance(merged[name], dict):
            merged[name] = _merge_map(merged[name], value, schema.at(name))
        elif isinstance(value, list) and isinstance(merged[name], list):
            merged[name] = _merge_list(merged[name], value, schema.at(name), deletes=deletes)
        else:
            merged[name] = value
    return merged


def _whole_map(patch: Object) -> Object:
    match patch[_PATCH]:
        case "replace":
            return {key: value for key, value in patch.items() if key != _PATCH}
        case "delete":
            return {}
        case other:
            raise _unknown_directive(other, patch)


def _retain(original: Object, patch: Object) -> tuple[Object, Object]:
    """Drop the keys that ``$retainKeys`` does not name."""
    if _RETAIN_KEYS not in patch:
        return dict(original), patch
    keys = patch.pop(_RETAIN_KEYS)
    if not isinstance(keys, list) or any(
        key not in keys
        for key, value in patch.items()
        if value is not None and not key.startswith((_DELETE_LIST, _ORDER))
    ):
        raise statuses.bad_request("invalid patch format of retainKeys")
    return {key: value for key, value in original.items() if key in keys}, patch


def _merge_ordered(merged: Object, patch: Object, key: str, schema: Schema) -> None:
    """Merge the list of a ``$setElementOrder``, and sort it by that order."""
    order = patch.pop(key)
    name = key.removeprefix(_ORDER)
    old, new = merged.get(name), patch.get(name)
    for value in (order, *(() if name not in patch else (new,))):
        if not isinstance(value, list):
            raise _failed(f"expected a []interface {{}}, but received a {go_type(value)}")
    if old is None and new is None:
        return
    patch.pop(name, None)
    below = schema.at(name)
    _check_order(new or [], order, below.merge_key)
    if isinstance(old, list) and isinstance(new, list):
        result = _merge_list(old, new, below, deletes=False)
    else:
        result = old or new or []
    if below.merge_key:
        for item in result:
            _key_of(item, below.merge_key)
    if not old and not new:
        raise _failed("no elements in any of the given slices")
    merged[name] = _arrange(result, order, old or [], below.merge_key)


def _check_order(patch: list[Any], order: list[Any], key: str) -> None:
    """Check that the patch's items are all in the order, in the same sequence."""
    wanted = [_key_of(item, key) if key and isinstance(item, dict) else item for item in order]
    if not wanted:
        return
    rest = [item for item in patch if not (key and isinstance(item, dict) and item.get(_PATCH) == "delete")]
    for one in wanted:
        while rest and key and isinstance(rest[0], dict) and _PATCH in rest[0]:
            rest.pop(0)
        if rest and _identity(rest[0], key) == one:
            rest.pop(0)
    if rest:
        raise _failed(
            f"The order in patch list:\n{go_map(patch)}\n"
            f" doesn't match $setElementOrder list:\n{go_map(order)}\n"
        )


def _merge_list(original: list[Any], patch: list[Any], schema: Schema, *, deletes: bool) -> list[Any]:
    if not (schema.merge or deletes):
        return patch
    if not original and not patch:
        return original
    kinds = {type(item) for item in (*original, *patch)}
    if len(kinds) > 1:
        raise _failed(f"list element types are not identical: [{go_map(original)} {go_map(patch)}]")
    if kinds == {list}:
        raise statuses.unprocessable("lists of lists are not supported")
    if kinds != {dict}:
        if deletes:
            return [item for item in original if item not in patch]
        merged = list(dict.fromkeys((*original, *patch)))
        return _arrange(merged, patch, original, "")
    if not schema.merge_key:
        raise _failed("cannot merge lists without merge key")
    original, patch = _special_items(original, patch, schema.merge_key)
    merged = list(original)
    for item in patch:
        value = _key_of(item, schema.merge_key)
        found = _find(merged, schema.merge_key, value)
        if found < 0:
            merged.append(item)
        else:
            merged[found] = _merge_map(merged[found], item, schema.items)
    return _arrange(merged, patch, original, schema.merge_key)


def _special_items(original: list[Any], patch: list[Any], key: str) -> tuple[list[Any], list[Any]]:
    """Apply ``$patch`` of items: the original without deleted items, the patch without directives."""
    plain, replace = [], False
    for item in patch:
        match item.get(_PATCH):
            case None:
                plain.append(item)
            case "delete":
                value = _key_of(item, key)
                original = [other for other in original if other.get(key) != value]
            case "replace":
                replace = True
            case "merge":
                raise _failed("merging lists cannot yet be specified in the patch")
            case other:
                raise _unknown_directive(other, item)
    return (plain, []) if replace else (original, plain)


def _arrange(merged: list[Any], order: list[Any], original: list[Any], key: str) -> list[Any]:
    """The items in ``order`` sorted by it, each as early as the original's order allows."""
    wanted = [_identity(item, key) for item in order]
    before = [_identity(item, key) for item in original]
    named = _sorted((item for item in merged if _identity(item, key) in wanted), wanted, key)
    others = _sorted((item for item in merged if _identity(item, key) not in wanted), before, key)
    arranged: list[Any] = []
    while named and others:
        mine, theirs = _identity(others[0], key), _identity(named[0], key)
        first = mine in before and theirs in before and before.index(mine) < before.index(theirs)
        arranged.append((others if first else named).pop(0))
    return arranged + named + others


def _sorted(items: Iterable[Any], order: list[Any], key: str) -> list[Any]:
    """Go's stable sort as the API server uses it: items outside ``order`` go before those in it."""
    result: list[Any] = []
    for item in items:
        mine, place = _identity(item, key), len(result)
        while place and _before(mine, _identity(result[place - 1], key), order):
            place -= 1
        result.insert(place, item)
    return result


def _before(one: Any, other: Any, order: list[Any]) -> bool:
    return one not in order or other not in order or order.index(one) < order.index(other)


def _identity(item: Any, key: str) -> Any:
    return item.get(key) if key and isinstance(item, dict) else item


def _find(items: list[Any], key: str, value: Any) -> int:
    return next((place for place, item in enumerate(items) if item.get(key) == value), -1)


def _key_of(item: Object, key: str) -> Any:
    if key not in item:
        raise _failed(f"map: {go_map(item)} does not contain declared merge key: {key}")
    return item[key]


def go_map(value: Any) -> str:
    """A value in Go's format: ``map[a:1 b:[x y]]``."""
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{go_map(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(go_map, value))}]"
    if value is None:
        return "<nil>"
    return str(value).lower() if isinstance(value, bool) else str(value)


def go_type(value: Any) -> str:
    """Go's type of a decoded JSON value."""
    match value:
        case bool():
            return "bool"
        case int():
            return "int64"
        case float():
            return "float64"
        case str():
            return "string"
        case list():
            return "[]interface {}"
        case dict():
            return "map[string]interface {}"
        case _:
            return "%!s(<nil>)"


def _unknown_directive(directive: Any, item: Object) -> StatusError:
    return _failed(f"unknown patch type: {go_map(directive)} in map: {go_map(item)}")


def _failed(message: str) -> StatusError:
    return statuses.server_error(message)

"""JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7386), with the API server's words. Pure.

Strategic merge patches are in ``strategic``, server-side apply in ``apply``. As lenient as the API server:
``replace`` may create a member, a missing ``value`` is null, and text before a path's first slash is
ignored.
"""

from __future__ import annotations

import copy
from typing import Any

from apimachinery.errors import StatusError
from kubesim.errors import statuses

Object = dict[str, Any]

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"

_MOST_OPERATIONS = 10_000


def media_types(*, strategic: bool) -> tuple[str, ...]:
    """The patch types of a resource; custom resources have no strategic merge patch."""
    with_strategic = (STRATEGIC_MERGE_PATCH,) if strategic else ()
    return (JSON_PATCH, MERGE_PATCH, *with_strategic, APPLY_PATCH)


def merge_patch(original: Object, patch: Any) -> Object:
    """``original`` with ``patch`` merged, null deleting. Raises `StatusError`."""
    if not isinstance(patch, dict | list):
        raise statuses.server_error("Invalid JSON Patch")
    merged: Object = _merged(original, patch)
    return merged


def _merged(original: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return (
            [_merged(None, item) for item in patch if item is not None] if isinstance(patch, list) else patch
        )
    result = dict(original) if isinstance(original, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merged(result.get(key), value)
    return result


def json_patch(original: Object, operations: Any) -> Object:
    """``original`` after all ``operations``. Raises `StatusError`."""
    if operations is None:
        return original
    if not isinstance(operations, list):
        raise statuses.bad_request(f"{_cannot_unmarshal(operations)} of type jsonpatch.Patch")
    if len(operations) > _MOST_OPERATIONS:
        raise statuses.too_large(
            f"The allowed maximum operations in a JSON patch is {_MOST_OPERATIONS}, got {len(operations)}"
        )
    document = copy.deepcopy(original)
    for operation in operations:
        if not isinstance(operation, dict):
            raise statuses.bad_request(f"{_cannot_unmarshal(operation)} of type jsonpatch.Operation")
        try:
            _apply(document, operation)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise _rejected() from error
    return document


def _apply(document: Object, operation: Object) -> None:
    path, value = operation["path"], copy.deepcopy(operation.get("value"))
    match operation.get("op"):
        case "add":
            _add(*_locate(document, path), value)
        case "remove":
            _remove(*_locate(document, path))
        case "replace":
            parent, key = _locate(document, path)
            if isinstance(parent, list):
                _remove(parent, key)
            _add(parent, key, value)
        case "move":
            source, key = _locate(document, operation["from"])
            value = _get(source, key)
            _remove(source, key)
            _add(*_locate(document, path), value)
        case "copy":
            source, key = _locate(document, operation["from"])
            found = source.get(key) if isinstance(source, dict) else _get(source, key)
            _add(*_locate(document, path), copy.deepcopy(found))
        case "test":
            if "value" not in operation or _get(*_locate(document, path)) != value:
                raise ValueError("test failed")
        case other:
            raise ValueError(f"unknown operation {other}")


def _locate(document: Object, path: str) -> tuple[Object | list[Any], str]:
    """The container that ``path`` points into, and the key in it. Raises KeyError and its like."""
    _, *parts = path.split("/")
    *way, last = (part.replace("~1", "/").replace("~0", "~") for part in parts)
    container: Any = document
    for part in way:
        container = _get(container, part)
    if not isinstance(container, dict | list):
        raise TypeError("not a container")
    return container, last


def _get(container: Any, key: str) -> Any:
    if isinstance(container, list):
        return container[_index(container, key)]
    if isinstance(container, dict):
        return container[key]
    raise TypeError("not a container")


def _add(container: Object | list[Any], key: str, value: Any) -> None:
    if isinstance(container, dict):
        container[key] = value
    elif key == "-":
        container.append(value)
    else:
        place = int(key)
        if not 0 <= place <= len(container):
            raise IndexError(key)
        container.insert(place, value)


def _remove(container: Object | list[Any], key: str) -> None:
    if isinstance(container, dict):
        del container[key]
    else:
        del container[_index(container, key)]


def _index(container: list[Any], key: str) -> int:
    place = int(key)
    if not 0 <= place < len(container):
        raise IndexError(key)
    return place


def _rejected() -> StatusError:
    return statuses.unprocessable("the server rejected our request due to an error in our request")


def _cannot_unmarshal(value: Any) -> str:
    kinds = {dict: "object", list: "array", str: "string", bool: "bool"}
    return f"json: cannot unmarshal {kinds.get(type(value), 'number')} into Go value"


def patch_object(patch: Any) -> Object:
    """The body of a strategic merge patch; null is empty. Raises `StatusError`."""
    if patch is None:
        return {}
    if not isinstance(patch, dict):
        raise statuses.bad_request(f"{_cannot_unmarshal(patch)} of type map[string]interface {{}}")
    return patch

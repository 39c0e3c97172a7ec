"""Server-side apply: merges a configuration into an object and tracks field ownership. Pure.

A manager owns the fields it applies. Applying another value to a field of another manager is a conflict
unless forced; a field that a manager no longer applies is removed unless another manager owns it.
Source: as in ``managed_fields``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apimachinery.errors import StatusCause, StatusError
from kubesim.errors import statuses
from kubesim.patch.managed_fields import (
    STRIPPED,
    FieldSet,
    Manager,
    Managers,
    Object,
    Owned,
    Path,
    compare,
    decode,
    disowned,
    encode,
    item_elements,
    key_of,
    of_object,
    text,
)
from kubesim.schema.merge_strategies import Schema


def apply(
    schema: Schema, live: Object | None, config: Object, *, manager: str, force: bool, now: str
) -> Object:
    """``live`` with ``config`` applied; ``live`` itself when nothing changes. Raises `StatusError`.

    The result still needs defaulting and validation; defaulted fields have no owner.
    """
    if config.get("metadata", {}).get("managedFields"):
        raise statuses.bad_request("metadata.managedFields must be nil")
    start = live if live is not None else {"metadata": {}}
    entries = start.get("metadata", {}).get("managedFields", [])
    managers = decode(entries) or _before_first_apply(schema, live, now)
    me = key_of("Apply", manager, config["apiVersion"])
    last = managers[me].fields if me in managers else frozenset()
    config_fields = of_object(schema, config)
    wanted = config_fields - STRIPPED
    claimed = {**managers, me: Owned(wanted, now, config["apiVersion"])}
    owned = config_fields.union(*(one.fields for one in claimed.values()))
    merged = _prune(schema, _merge(schema, start, config, ()), owned, last)
    difference = compare(schema, start, merged)
    _check_conflicts(claimed, me, difference.added | difference.modified, force=force)
    remaining = disowned(claimed, difference, me)
    if live is not None and wanted == last and not any(difference):
        return live
    metadata = {key: value for key, value in merged["metadata"].items() if key != "managedFields"}
    return {**merged, "metadata": {**metadata, "managedFields": encode(remaining)}}


def _before_first_apply(schema: Schema, live: Object | None, now: str) -> Managers:
    """Managers of an object without managedFields: a single one owns everything."""
    if live is None:
        return {}
    version = live["apiVersion"]
    fields = of_object(schema, live) - STRIPPED
    return {key_of("Update", "before-first-apply", version): Owned(fields, now, version)}


def _merge(schema: Schema, live: Any, config: Any, path: Path) -> Any:
    if isinstance(config, dict) and isinstance(live, dict) and not schema.atomic:
        merged = dict(live)
        for key, value in config.items():
            place = (*path, f"f:{key}")
            merged[key] = _merge(schema.at(key), live[key], value, place) if key in live else value
        return merged
    if isinstance(config, list) and isinstance(live, list) and schema.relation != "atomic":
        old, new = item_elements(schema, live, path), item_elements(schema, config, path)
        mine = {
            element: _merge(schema.items, item, new[element], (*path, element)) if element in new else item
            for element, item in old.items()
        }
        return list(
            {**mine, **{element: item for element, item in new.items() if element not in old}}.values()
        )
    return live if config is None else config


def _prune(schema: Schema, merged: Object, owned: FieldSet, last: FieldSet) -> Object:
    """Remove fields that were applied before, are not any more, and have no other owner."""
    if last <= owned:
        return merged
    everything = _with_parents(of_object(schema, merged))
    last = _with_parents(last)
    without = _with_parents(of_object(schema, _remove(schema, merged, last)))
    held = everything - (without | _with_parents(owned))
    left = _with_parents(of_object(schema, _remove(schema, merged, held)))
    pruned: Object = _remove(schema, merged, (everything - left) & last)
    return pruned


def _with_parents(fields: FieldSet) -> FieldSet:
    """The paths, and those of the members that contain them."""
    parents = {
        path[:length] for path in fields for length in range(1, len(path)) if path[length - 1][0] == "f"
    }
    return fields | parents


def _remove(schema: Schema, value: Any, paths: Iterable[Path]) -> Any:
    """``value`` without the given paths and everything below."""
    gone: set[str] = set()
    below: dict[str, list[Path]] = {}
    for element, *rest in paths:
        if rest:
            below.setdefault(element, []).append(tuple(rest))
        else:
            gone.add(element)
    if isinstance(value, dict) and not schema.atomic:
        return {
            key: _remove(schema.at(key), item, below[f"f:{key}"]) if f"f:{key}" in below else item
            for key, item in value.items()
            if f"f:{key}" not in gone
        }
    if isinstance(value, list) and schema.relation != "atomic":
        return [
            _remove(schema.items, item, below[element]) if element in below else item
            for element, item in item_elements(schema, value, ()).items()
            if element not in gone
        ]
    return value


def _check_conflicts(managers: Managers, me: Manager, changed: FieldSet, *, force: bool) -> None:
    conflicts = {
        manager: [text(path) for path in sorted(owned.fields & changed, key=_in_order)]
        for manager, owned in managers.items()
        if manager != me and owned.fields & changed
    }
    if conflicts and not force:
        raise _conflict(managers, conflicts)


def _in_order(path: Path) -> list[tuple[bool, str]]:
    """The API server's order of paths: at each place first the paths that end, then the longer ones."""
    return [(place + 1 < len(path), element) for place, element in enumerate(path)]


def _conflict(managers: Managers, conflicts: dict[Manager, list[str]]) -> StatusError:
    """All conflicts as one 409, with a cause per field."""
    causes, sentences = [], []
    for manager in sorted(conflicts, key=lambda manager: manager.name):
        owned, fields = managers[manager], conflicts[manager]
        who = f'"{manager.name}"'
        if manager.operation == "Update":
            who += f" using {owned.api_version}"
        causes += [StatusCause("FieldManagerConflict", f"conflict with {who}", field) for field in fields]
        sentences.append("\n- ".join([f"conflicts with {who}:", *fields]))
    if len(causes) == 1:
        message = f"Apply failed with 1 conflict: {causes[0].message}: {causes[0].field}"
    else:
        message = f"Apply failed with {len(causes)} conflicts: " + "\n".join(sentences)
    return statuses.apply_conflict(message, causes)

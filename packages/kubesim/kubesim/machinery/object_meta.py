"""ObjectMeta: system fields, validation, immutability.

Source: k8s.io/apimachinery, pkg/api/validation/objectmeta.go, in the words of API server v1.20.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from apimachinery.errors import StatusCause
from apimachinery.validation import label_key_problems, label_value_problems
from kubesim.errors.field_errors import forbidden_field, invalid_go_value, invalid_value, required
from kubesim.machinery.kinds import Kind
from kubesim.storage.log import Object

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"

_ANNOTATIONS_LIMIT = 256 * 1024
_GENERATED_NAME_LIMIT = 58
# k8s.io/apimachinery, pkg/util/rand: no vowels, no look-alikes
_NAME_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_IMMUTABLE = (
    "name",
    "namespace",
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
)


def generated_name(base: str) -> str:
    """A name for `generateName`."""
    return base[:_GENERATED_NAME_LIMIT] + "".join(random.choices(_NAME_LETTERS, k=5))


def problems(kind: Kind, metadata: dict[str, Any]) -> Iterator[StatusCause]:
    """Field errors of the metadata of an object to write."""
    base = metadata.get("generateName", "")
    if base:
        # the generated suffix is always valid, so the prefix is validated with one appended
        text = base[:-1] + "a" if base.endswith("-") else base
        for problem in _each(kind.name_problems(text)):
            yield invalid_value("metadata.generateName", base, problem)
    name = metadata.get("name", "")
    if not name:
        yield required("metadata.name", "name or generateName is required")
    elif text := kind.name_problems(name):
        for problem in _each(text):
            yield invalid_value("metadata.name", name, problem)
    yield from _label_problems("metadata.labels", metadata.get("labels") or {})
    yield from _annotation_problems(metadata.get("annotations") or {})
    yield from _owner_problems(metadata.get("ownerReferences") or [])
    yield from _finalizer_problems(kind, metadata.get("finalizers") or [])


_STANDARD_FINALIZERS = frozenset({"kubernetes", FOREGROUND, ORPHAN})


def carry_over(metadata: dict[str, Any], old: dict[str, Any]) -> None:
    """Copy from the stored object the system fields that an update may omit, in place."""
    for key in ("uid", "creationTimestamp"):
        if not metadata.get(key):
            metadata[key] = old[key]
    for key in ("deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"):
        if key in old:
            metadata[key] = old[key]
    if "generation" in old:
        metadata["generation"] = old["generation"]
    else:
        metadata.pop("generation", None)


def update_problems(metadata: dict[str, Any], old: dict[str, Any]) -> Iterator[StatusCause]:
    """Field errors of changed immutable fields, after `carry_over`."""
    if "deletionTimestamp" in old:
        added = sorted(set(metadata.get("finalizers") or ()) - set(old.get("finalizers") or ()))
        if added:
            listed = ", ".join(f'"{finalizer}"' for finalizer in added)
            text = "no new finalizers can be added if the object is being deleted, found new finalizers"
            yield forbidden_field("metadata.finalizers", f"{text} []string{{{listed}}}")
    for key in _IMMUTABLE:
        if metadata.get(key) != old.get(key):
            yield invalid_value(f"metadata.{key}", metadata.get(key), "field is immutable")


def label_problems(path: str, labels: dict[str, str]) -> Iterator[StatusCause]:
    """Field errors of labels at any path."""
    return _label_problems(path, labels)


def is_gone(obj: Object) -> bool:
    """Whether a terminating object has neither finalizers nor grace period left."""
    metadata = obj["metadata"]
    return (
        "deletionTimestamp" in metadata
        and not metadata.get("finalizers")
        and not metadata.get("deletionGracePeriodSeconds")
    )


def _label_problems(path: str, labels: dict[str, str]) -> Iterator[StatusCause]:
    for key, value in sorted(labels.items()):
        for problem in _each(label_key_problems(key)):
            yield invalid_value(path, key, problem)
        for problem in _each(label_value_problems(value)):
            yield invalid_value(path, value, problem)


def _annotation_problems(annotations: dict[str, str]) -> Iterator[StatusCause]:
    for key in sorted(annotations):
        for problem in _each(label_key_problems(key.lower())):
            yield invalid_value("metadata.annotations", key, problem)
    size = sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items())
    if size > _ANNOTATIONS_LIMIT:
        yield StatusCause(
            "FieldValueTooLong",
            f"Too long: must have at most {_ANNOTATIONS_LIMIT} bytes",
            "metadata.annotations",
        )


def _finalizer_problems(kind: Kind, finalizers: list[str]) -> Iterator[StatusCause]:
    path = "metadata.finalizers"
    for position, finalizer in enumerate(finalizers):
        problems_of_key = label_key_problems(finalizer)
        for problem in _each(problems_of_key):
            yield invalid_value(path, finalizer, problem)
        if kind.custom or kind.group == "apiextensions.k8s.io":
            continue
        if not problems_of_key and "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS:
            text = "name is neither a standard finalizer name nor is it fully qualified"
            yield invalid_value(f"{path}[{position}]", finalizer, text)
    if {FOREGROUND, ORPHAN} <= set(finalizers):
        listed = ", ".join(f'"{finalizer}"' for finalizer in finalizers)
        text = f"finalizer {ORPHAN} and {FOREGROUND} cannot be both set"
        yield invalid_go_value(path, f"[]string{{{listed}}}", text)


def _owner_problems(owners: list[dict[str, Any]]) -> Iterator[StatusCause]:
    path = "metadata.ownerReferences"
    controllers = []
    for owner in owners:
        version = owner.get("apiVersion", "").rpartition("/")[2]
        for key, value in (
            ("apiVersion", version),
            ("kind", owner.get("kind")),
            ("name", owner.get("name")),
            ("uid", owner.get("uid")),
        ):
            if not value:
                text = "version must not be empty" if key == "apiVersion" else f"{key} must not be empty"
                yield invalid_value(f"{path}.{key}", owner.get(key, ""), text)
        if owner.get("controller"):
            controllers.append(f"{owner.get('kind')}/{owner.get('name')}")
    if len(controllers) > 1:
        text = 'Only one reference can have Controller set to true. Found "true" in references for'
        yield invalid_value(path, owners, f"{text} {controllers[0]} and {controllers[1]}")


def _each(joined: str) -> list[str]:
    return joined.split("; ") if joined else []

"""Kinds as the server knows them: built-in ones and those of CustomResourceDefinitions.

A `Kind` is data and pure functions, the strategy of upstream's registry. Objects reach the functions
decoded and copied: `default` and `prepare_*` modify them in place, `validate*` and all others only read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apimachinery.errors import StatusCause
from apimachinery.resources import Resource
from apimachinery.validation import dns_subdomain_problems
from kubesim.schema.merge_strategies import Schema
from kubesim.storage.log import Object, Ref

CHANGING_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a Table; ``value`` gets the object and the current time."""

    name: str
    value: Callable[[Object, datetime], Any]
    type: str = "string"
    format: str = ""
    priority: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True)
class Subresource:
    """A subresource; group, version and kind are those of its body where that is not the object itself."""

    verbs: tuple[str, ...]
    kind: str = ""
    group: str = ""
    version: str = ""


STATUS = Subresource(("get", "patch", "update"))
SCALE = Subresource(("get", "patch", "update"), "Scale", "autoscaling", "v1")


def nothing(_: Object) -> None:
    """Defaulting of a kind without defaults."""


def no_problems(_: Object) -> Sequence[StatusCause]:
    """Validation of a kind without rules."""
    return ()


def no_update_problems(_new: Object, _old: Object) -> Sequence[StatusCause]:
    """Update validation of a kind without immutable fields."""
    return ()


def keep(_new: Object, _old: Object) -> None:
    """`prepare_update` of a kind that needs none."""


def _no_fields(_: Object) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Kind:
    """One group-resource as this server serves it."""

    resource: Resource
    """``versions`` are the served ones, the preferred first."""
    storage_version: str
    singular: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = CHANGING_VERBS
    list_kind: str = ""
    subresources: Mapping[str, Subresource] = field(default_factory=dict)
    merging: Schema = field(default_factory=Schema)
    """Merge strategies of patches and server-side apply."""
    custom: bool = False
    """Defined by a CustomResourceDefinition; errors, lists and Tables differ slightly from built-in kinds."""
    decode: Callable[[Object, str], Object] = lambda obj, _version: obj
    """A copy without the fields that the version's schema does not know. Raises `DecodingError`."""
    default: Callable[[Object], None] = nothing
    validate: Callable[[Object], Sequence[StatusCause]] = no_problems
    validate_as: Callable[[Object, str], Sequence[StatusCause]] | None = None
    """Validation by the schema of the version that was sent."""
    validate_update: Callable[[Object, Object], Sequence[StatusCause]] = no_update_problems
    prepare_create: Callable[[Object], None] = nothing
    prepare_update: Callable[[Object, Object], None] = keep
    """Restores in the new object the fields of the old one (second) that this request may not change."""
    name_problems: Callable[[str], str] = dns_subdomain_problems
    fields: Callable[[Object], Mapping[str, str]] = _no_fields
    """Selectable fields besides metadata.name and metadata.namespace."""
    field_names: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    version_columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    counts_generation: bool = False
    """``metadata.generation`` counts changes outside status and metadata."""
    stored_as: tuple[str, str] | None = None
    """The group-resource that stores the objects, where it is another kind's (Events have two)."""
    computed: Callable[[str], Sequence[Object]] | None = None
    """Computes the objects of a namespace ("" for all) on each request; nothing is stored."""
    create_on_update: bool = False
    """A PUT to a free name creates the object."""
    unconditional_update: bool = True
    """A PUT may omit the resourceVersion."""
    returns_deleted: bool = False
    """A DELETE returns the object instead of a Status."""
    orphans_by_default: bool = False
    """A DELETE without a propagation policy orphans the dependents."""
    deletion_finalizer: str = ""
    """Added to an object on deletion, so that the server can clean up first."""
    grace_period: Callable[[Object], int] | None = None
    """Seconds from the deletion request to the deletion, for kinds with a grace period."""
    from_stored: Callable[[Object], Object] | None = None
    to_stored: Callable[[Object], Object] | None = None
    openapi: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """The schema of each version of a custom kind in /openapi/v2."""
    deprecations: Mapping[str, str] = field(default_factory=dict)
    """The warning of each deprecated version."""

    @property
    def group(self) -> str:
        """The API group, "" for the core group."""
        return self.resource.group

    @property
    def plural(self) -> str:
        """The resource name in URLs."""
        return self.resource.plural

    @property
    def kind(self) -> str:
        """The kind of its objects."""
        return self.resource.kind

    @property
    def namespaced(self) -> bool:
        """Whether its objects are namespaced."""
        return self.resource.namespaced

    @property
    def storage_api_version(self) -> str:
        """``apiVersion`` of the stored objects."""
        return self.resource.api_version(self.storage_version)

    @property
    def table(self) -> tuple[str, str]:
        """The group-resource that stores the objects."""
        return self.stored_as or (self.group, self.plural)

    def ref(self, namespace: str, name: str) -> Ref:
        """The storage key of an object."""
        return Ref(*self.table, namespace if self.namespaced else "", name)

    def selectable(self, obj: Object) -> Mapping[str, str]:
        """The values of the selectable fields."""
        metadata = obj["metadata"]
        own = {"metadata.name": metadata["name"]}
        if self.namespaced:
            own["metadata.namespace"] = metadata.get("namespace", "")
        return {**own, **self.fields(obj)}


class Kinds:
    """The served kinds; `version` counts changes."""

    def __init__(self, kinds: Sequence[Kind] = ()) -> None:
        self._kinds: dict[tuple[str, str], Kind] = {(kind.group, kind.plural): kind for kind in kinds}
        self.version = 0

    def __iter__(self) -> Iterator[Kind]:
        return iter(tuple(self._kinds.values()))

    def find(self, group: str, plural: str) -> Kind | None:
        """The kind of a group-resource in any version."""
        return self._kinds.get((group, plural))

    def of_object(self, api_version: str, kind: str) -> Kind | None:
        """The kind of an apiVersion and kind, as in owner references."""
        group, _, version = api_version.rpartition("/")
        for found in self._kinds.values():
            if found.group == group and found.kind == kind and version in found.resource.versions:
                return found
        return None

    def serve(self, kind: Kind) -> None:
        """Serve a kind; it replaces one of the same group-resource."""
        self._kinds[kind.group, kind.plural] = kind
        self.version += 1

    def withdraw(self, group: str, plural: str) -> None:
        """Stop serving a kind."""
        if self._kinds.pop((group, plural), None) is not None:
            self.version += 1


def version_rank(version: str) -> tuple[int, int, int, str]:
    """A sort key of versions, from the least to the most preferred."""
    major, _, minor = version.removeprefix("v").partition("alpha")
    stability = 1
    if not minor:
        major, _, minor = version.removeprefix("v").partition("beta")
        stability = 2 if minor else 3
    if not version.startswith("v") or not major.isdecimal() or (minor and not minor.isdecimal()):
        return (0, 0, 0, version)
    return (stability, int(major), int(minor or 0), version)

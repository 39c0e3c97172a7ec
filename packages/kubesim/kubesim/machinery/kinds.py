"""Kinds: what the server knows of each, the built-in ones and those made by CustomResourceDefinitions.

A `Kind` is data and pure functions. Objects reach the functions decoded and fresh, so `default` and
`prepare_*` may change them in place; `validate*` and the rest only read.
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
    """One column of the Table that kubectl prints; ``value`` gets the object and the present time."""

    name: str
    value: Callable[[Object, datetime], Any]
    type: str = "string"
    format: str = ""
    priority: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True)
class Subresource:
    """A part of an object with an address of its own; ``kind`` is what it speaks when not the object."""

    verbs: tuple[str, ...]
    kind: str = ""
    group: str = ""
    version: str = ""


STATUS = Subresource(("get", "patch", "update"))
SCALE = Subresource(("get", "patch", "update"), "Scale", "autoscaling", "v1")


def nothing(_: Object) -> None:
    """A kind without defaults."""


def no_problems(_: Object) -> Sequence[StatusCause]:
    """A kind without rules of its own."""
    return ()


def no_update_problems(_new: Object, _old: Object) -> Sequence[StatusCause]:
    """A kind whose fields may all change."""
    return ()


def keep(_new: Object, _old: Object) -> None:
    """A kind whose updates need no preparing."""


def _no_fields(_: Object) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Kind:
    """One group-resource as this server serves it."""

    resource: Resource
    """``versions`` are those served, the preferred one first."""
    storage_version: str
    singular: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = CHANGING_VERBS
    list_kind: str = ""
    subresources: Mapping[str, Subresource] = field(default_factory=dict)
    merging: Schema = field(default_factory=Schema)
    """How patches and applied configurations merge into objects."""
    custom: bool = False
    """Made by a CustomResourceDefinition: errors, lists and Tables are worded a little differently."""
    decode: Callable[[Object, str], Object] = lambda obj, _version: obj
    """A fresh object without what its schema (in that version) does not know; raises `ShapeError`."""
    default: Callable[[Object], None] = nothing
    validate: Callable[[Object], Sequence[StatusCause]] = no_problems
    validate_as: Callable[[Object, str], Sequence[StatusCause]] | None = None
    """What is wrong by the schema of the version the object was sent in."""
    validate_update: Callable[[Object, Object], Sequence[StatusCause]] = no_update_problems
    prepare_create: Callable[[Object], None] = nothing
    prepare_update: Callable[[Object, Object], None] = keep
    """Take over from the old object (second) what this request may not change."""
    name_problems: Callable[[str], str] = dns_subdomain_problems
    fields: Callable[[Object], Mapping[str, str]] = _no_fields
    """What a field selector may ask for, besides metadata.name and metadata.namespace."""
    field_names: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    version_columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    counts_generation: bool = False
    """``metadata.generation`` grows with every change of what is not status or metadata."""
    stored_as: tuple[str, str] | None = None
    """The group-resource that holds the objects, when that is another kind's (Events have two)."""
    computed: Callable[[str], Sequence[Object]] | None = None
    """Makes the objects of a namespace ("" for all) when they are asked for; nothing of them is stored."""
    create_on_update: bool = False
    """A PUT to a name that is free creates the object."""
    unconditional_update: bool = True
    """A PUT may leave out the resourceVersion."""
    returns_deleted: bool = False
    """A DELETE answers with the object rather than with a Status."""
    orphans_by_default: bool = False
    """A DELETE that says nothing leaves the dependents alone."""
    deletion_finalizer: str = ""
    """Put on an object when it is deleted, so that the server can end what belongs to it."""
    grace_period: Callable[[Object], int] | None = None
    """Seconds between the request to delete an object and its end, for kinds that have them."""
    from_stored: Callable[[Object], Object] | None = None
    to_stored: Callable[[Object], Object] | None = None
    openapi: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """What /openapi/v2 says of each version of a custom kind."""
    deprecations: Mapping[str, str] = field(default_factory=dict)
    """Version to the warning that replies of it carry."""

    @property
    def group(self) -> str:
        """The API group, "" for the core."""
        return self.resource.group

    @property
    def plural(self) -> str:
        """The resource's name in addresses."""
        return self.resource.plural

    @property
    def kind(self) -> str:
        """The objects' kind."""
        return self.resource.kind

    @property
    def namespaced(self) -> bool:
        """Whether objects live in namespaces."""
        return self.resource.namespaced

    @property
    def storage_api_version(self) -> str:
        """``apiVersion`` of the objects in the log."""
        return self.resource.api_version(self.storage_version)

    @property
    def table(self) -> tuple[str, str]:
        """The group-resource in the log."""
        return self.stored_as or (self.group, self.plural)

    def ref(self, namespace: str, name: str) -> Ref:
        """The place of one object in the log."""
        return Ref(*self.table, namespace if self.namespaced else "", name)

    def selectable(self, obj: Object) -> Mapping[str, str]:
        """The fields that a field selector may ask for."""
        metadata = obj["metadata"]
        own = {"metadata.name": metadata["name"]}
        if self.namespaced:
            own["metadata.namespace"] = metadata.get("namespace", "")
        return {**own, **self.fields(obj)}


class Kinds:
    """Which kinds are served now; `version` grows with every change."""

    def __init__(self, kinds: Sequence[Kind] = ()) -> None:
        self._kinds: dict[tuple[str, str], Kind] = {(kind.group, kind.plural): kind for kind in kinds}
        self.version = 0

    def __iter__(self) -> Iterator[Kind]:
        return iter(tuple(self._kinds.values()))

    def find(self, group: str, plural: str) -> Kind | None:
        """The kind of a group-resource, whatever its versions."""
        return self._kinds.get((group, plural))

    def of_object(self, api_version: str, kind: str) -> Kind | None:
        """The kind of an object by its apiVersion and kind, as owner references name it."""
        group, _, version = api_version.rpartition("/")
        for found in self._kinds.values():
            if found.group == group and found.kind == kind and version in found.resource.versions:
                return found
        return None

    def serve(self, kind: Kind) -> None:
        """Serve a kind, in place of what had its address."""
        self._kinds[kind.group, kind.plural] = kind
        self.version += 1

    def withdraw(self, group: str, plural: str) -> None:
        """Serve a kind no longer."""
        if self._kinds.pop((group, plural), None) is not None:
            self.version += 1


def version_rank(version: str) -> tuple[int, int, int, str]:
    """A key that sorts versions from the least to the most preferred."""
    major, _, minor = version.removeprefix("v").partition("alpha")
    stability = 1
    if not minor:
        major, _, minor = version.removeprefix("v").partition("beta")
        stability = 2 if minor else 3
    if not version.startswith("v") or not major.isdecimal() or (minor and not minor.isdecimal()):
        return (0, 0, 0, version)
    return (stability, int(major), int(minor or 0), version)

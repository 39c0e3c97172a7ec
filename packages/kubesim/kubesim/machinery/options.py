"""Options of requests: write, delete and list options, and the attributes that admission sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kubesim.machinery.users import SYSTEM, UserInfo


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """meta/v1 CreateOptions, UpdateOptions and PatchOptions, with the user."""

    user: UserInfo = SYSTEM
    version: str = ""
    """The API version of the object that was sent; "" for the storage version."""
    dry_run: bool = False
    """Run everything except the write."""
    manager: str = ""
    """The field manager; "" leaves metadata.managedFields alone."""
    applied: bool = False
    """The object is the result of server-side apply, which has updated managedFields."""
    force: bool = False
    """Server-side apply takes over fields of other managers."""
    named_manager: bool = False
    """The client named the field manager."""
    is_name_made: bool = False
    """``metadata.name`` was made from generateName before the write."""


INTERNAL = WriteOptions()
"""Writes of the server and of its own controllers."""


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """meta/v1 DeleteOptions."""

    user: UserInfo = SYSTEM
    grace_period_seconds: int | None = None
    propagation: str = ""
    """Orphan, Background, Foreground, or "" for the kind's default."""
    uid: str = ""
    resource_version: str = ""
    dry_run: bool = False


DEFAULT_DELETION = DeleteOptions()
"""A deletion with the kind's defaults."""


@dataclass(frozen=True, slots=True)
class ListOptions:
    """meta/v1 ListOptions of lists, unparsed."""

    limit: int = 0
    continue_token: str = ""
    label_selector: str = ""
    field_selector: str = ""
    resource_version: str = ""
    resource_version_match: str = ""


@dataclass(frozen=True, slots=True)
class AdmissionAttributes:
    """admission.Attributes: one write; ``obj`` is None for deletions, ``old`` for creations."""

    verb: str
    group: str
    plural: str
    subresource: str
    namespace: str
    name: str
    obj: dict[str, Any] | None
    old: dict[str, Any] | None
    user: UserInfo
    options: WriteOptions | DeleteOptions = INTERNAL
    version: str = ""
    """The API version of the write; "" for the storage version."""
    body_kind: tuple[str, str, str] | None = None
    """Group, version and kind of ``obj`` where it is not the kind's own, such as a Scale."""

"""What a request may ask for besides the object itself: options of writes, deletions and lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kubesim.machinery.users import SYSTEM, UserInfo


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """Who writes, and how."""

    user: UserInfo = SYSTEM
    version: str = ""
    """The version the object is written in; empty: the one it is stored in."""
    dry_run: bool = False
    """Do everything except writing."""
    manager: str = ""
    """Who is written into metadata.managedFields; "" leaves them as they are."""
    applied: bool = False
    """The object comes from server-side apply, which has seen to its managers."""
    force: bool = False
    """Server-side apply takes fields over from other managers."""
    named_manager: bool = False
    """The writer has said itself who manages the fields."""
    is_name_made: bool = False
    """A name beside metadata.generateName is what the server shall make of that."""


BY_ITSELF = WriteOptions()
"""The server, or somebody inside it."""


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """meta/v1 DeleteOptions."""

    user: UserInfo = SYSTEM
    grace_period_seconds: int | None = None
    propagation: str = ""
    """Orphan, Background, Foreground, or "" for the kind's own way."""
    uid: str = ""
    resource_version: str = ""
    dry_run: bool = False


PLAINLY = DeleteOptions()
"""A deletion as the kind does it by itself."""


@dataclass(frozen=True, slots=True)
class ListOptions:
    """meta/v1 ListOptions of lists; texts as they were sent."""

    limit: int = 0
    continue_token: str = ""
    label_selector: str = ""
    field_selector: str = ""
    resource_version: str = ""
    resource_version_match: str = ""


@dataclass(frozen=True, slots=True)
class Attributes:
    """One write on its way in, for admission: ``obj`` is None for deletions, ``old`` for creations."""

    verb: str
    group: str
    plural: str
    subresource: str
    namespace: str
    name: str
    obj: dict[str, Any] | None
    old: dict[str, Any] | None
    user: UserInfo
    options: WriteOptions | DeleteOptions = BY_ITSELF
    version: str = ""
    """The version the write speaks; empty: the one the kind is stored in."""
    spoken: tuple[str, str, str] | None = None
    """Group, version and kind of ``obj`` when it is not the kind's own, as with a Scale."""

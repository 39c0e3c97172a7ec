"""The writes that bring an account into order, one by one, and what a plan consists of; pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from apimachinery.resources import SECRETS, Resource
from yurt_console.custom_resources import USERS


class Create(msgspec.Struct, frozen=True):
    """POST ``body``."""

    resource: Resource
    body: dict[str, Any]
    part: str = ""
    """The condition that is about it."""

    def __str__(self) -> str:
        return f"create {self.resource.kind} {_where(self.body['metadata'])}"


class Replace(msgspec.Struct, frozen=True):
    """PUT ``body``, which bears the resourceVersion that was found."""

    resource: Resource
    body: dict[str, Any]
    part: str = ""

    def __str__(self) -> str:
        return f"mend {self.resource.kind} {_where(self.body['metadata'])}"


class Patch(msgspec.Struct, frozen=True):
    """Merge ``patch`` into an object; with ``subresource`` "status" for a User's status."""

    resource: Resource
    name: str
    patch: dict[str, Any]
    namespace: str = ""
    subresource: str = ""
    what: str = ""
    """For logs: the fields, never their values."""
    part: str = ""

    def __str__(self) -> str:
        return f"set {self.what} of {self.resource.kind} {self.name}"


class Delete(msgspec.Struct, frozen=True):
    """DELETE an object, and only the one with this uid."""

    resource: Resource
    name: str
    namespace: str
    uid: str
    part: str = ""

    def __str__(self) -> str:
        return f"delete {self.resource.kind} {'/'.join(filter(None, (self.namespace, self.name)))}"


class IssueKubeconfig(msgspec.Struct, frozen=True):
    """Ask for a token of the tenant's ServiceAccount and write a kubeconfig with it into the User."""

    user: str
    uid: str
    namespace: str
    seconds: int
    part: str = ""

    def __str__(self) -> str:
        return f"grant a kubeconfig to User {self.user}"


Step: TypeAlias = Create | Replace | Patch | Delete | IssueKubeconfig


class Wait(enum.StrEnum):
    """What others have to finish before an account can go on."""

    OLD_NAMESPACE = "the old namespace to end"
    NODES = "its nodes to go"
    POOL = "its node pool to go, which can be deleted when no node is in it"
    NAMESPACE = "its namespace to end"


class News(msgspec.Struct, frozen=True):
    """What an Event about the User says."""

    reason: str
    message: str
    warning: bool = False


class Plan(msgspec.Struct, frozen=True):
    """What to do now, and what to wait for before asking again (None: for nothing)."""

    steps: tuple[Step, ...] = ()
    waits_for: Wait | None = None
    again: datetime | None = None
    """When time alone makes another plan of this one; None for never."""
    news: tuple[News, ...] = ()
    """What to tell once the steps are done."""


def is_secret(step: Step) -> bool:
    """Whether a refusal of this step may quote a credential."""
    match step:
        case Create(resource) | Replace(resource):
            return resource == SECRETS
        case Patch(resource, subresource=subresource):
            return resource == SECRETS or (resource == USERS and not subresource)
        case IssueKubeconfig():
            return True
        case Delete():
            return False


def _where(metadata: Mapping[str, Any]) -> str:
    return "/".join(part for part in (metadata.get("namespace", ""), metadata["name"]) if part)

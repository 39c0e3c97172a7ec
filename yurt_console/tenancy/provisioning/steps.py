"""Plans of accounts: the steps (one API write each), what to wait for, Events to record. Pure."""

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
    """The type of the condition that reports it, "" for none."""

    def __str__(self) -> str:
        return f"create {self.resource.kind} {_where(self.body['metadata'])}"


class Replace(msgspec.Struct, frozen=True):
    """PUT ``body``, with the resourceVersion that was observed."""

    resource: Resource
    body: dict[str, Any]
    part: str = ""

    def __str__(self) -> str:
        return f"update {self.resource.kind} {_where(self.body['metadata'])}"


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
    """DELETE the object with this uid."""

    resource: Resource
    name: str
    namespace: str
    uid: str
    part: str = ""

    def __str__(self) -> str:
        return f"delete {self.resource.kind} {'/'.join(filter(None, (self.namespace, self.name)))}"


class IssueKubeconfig(msgspec.Struct, frozen=True):
    """Request a token of the tenant's ServiceAccount; write a kubeconfig with it into the User."""

    user: str
    uid: str
    namespace: str
    seconds: int
    part: str = ""

    def __str__(self) -> str:
        return f"issue a kubeconfig for User {self.user}"


Step: TypeAlias = Create | Replace | Patch | Delete | IssueKubeconfig


class Wait(enum.StrEnum):
    """What has to happen in the cluster before an account can go on."""

    OLD_NAMESPACE = "the old namespace to be deleted"
    NODES = "its nodes to be deleted"
    POOL = "its node pool to be deleted, which must have no nodes"
    NAMESPACE = "its namespace to be deleted"


class AccountEvent(msgspec.Struct, frozen=True):
    """An Event about the User, to be recorded."""

    reason: str
    message: str
    warning: bool = False


class Plan(msgspec.Struct, frozen=True):
    """Steps to carry out now, and what to wait for before the next plan (None: for nothing)."""

    steps: tuple[Step, ...] = ()
    waits_for: Wait | None = None
    again: datetime | None = None
    """When the calendar alone changes the plan; None for never."""
    events: tuple[AccountEvent, ...] = ()
    """To record once the steps are done."""


def is_secret(step: Step) -> bool:
    """Whether the API server's message about this step may quote a credential."""
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

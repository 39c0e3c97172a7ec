"""What an account's owner is told: the status of a User, in words and conditions; pure.

`patch` gives what has to be written, and nothing when the status says it already, so an idle operator
writes nothing. ``effectiveTime`` is set once, when everything is first ready, and never moved.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from yurt_console.kube.objects import User
from yurt_console.tenancy.belongings import rfc3339

READY = "Ready"
"""The one condition: "True" when the account can be used."""


class Standing(msgspec.Struct, frozen=True):
    """How an account stands: the Ready condition's reason and message, and whether it may be used."""

    reason: str
    message: str
    ready: bool = False
    is_expired: bool = False


def ready() -> Standing:
    """A tenant who has everything."""
    return Standing("Prepared", "Namespace, kubeconfig and join script are ready.", ready=True)


def admin_ready() -> Standing:
    """An administrator, who needs nothing prepared."""
    return Standing("Administrator", "Administrators need no namespace of their own.", ready=True)


def suspended() -> Standing:
    """Somebody set ``spec.suspended``."""
    return Standing("AccountSuspended", "An administrator has suspended the account; nothing was deleted.")


def expired() -> Standing:
    """The account's days are over."""
    return Standing(
        "AccountExpired", "The account's time is over; an administrator can renew it.", is_expired=True
    )


def unapproved() -> Standing:
    """``spec.approved`` is false."""
    return Standing("AwaitingApproval", "An administrator has to approve the account first.")


def bad_name() -> Standing:
    """The User was made by hand under a name that no namespace can have."""
    return Standing(
        "NameNotUsable",
        "The User's name is not a DNS label of at most 63 characters, so no namespace can be named after it.",
    )


def namespace_taken(name: str) -> Standing:
    """There is a namespace of that name that was not made for this User."""
    return Standing(
        "NamespaceTaken",
        f"There is a namespace {name} that was not made for this account; an administrator has to remove it.",
    )


def namespace_ending(name: str) -> Standing:
    """The namespace is being deleted, from outside or by an earlier end of this account."""
    return Standing(
        "NamespaceEnding", f"The namespace {name} is being deleted; it will be made anew after that."
    )


def patch(user: User, wanted: Standing, now: datetime) -> dict[str, Any]:
    """The merge patch for ``status``; empty when there is nothing to say that it does not say."""
    message = "" if wanted.ready else wanted.message
    status = "True" if wanted.ready else "False"
    said = next((condition for condition in user.conditions if condition.type == READY), None)
    fields: dict[str, Any] = {}
    if wanted.ready and not user.effective_time:
        fields["effectiveTime"] = rfc3339(now)
    if user.expired != wanted.is_expired:
        fields["expired"] = wanted.is_expired
    if user.status_message != message:
        fields["message"] = message
    if said is None or (said.status, said.reason, said.message) != (status, wanted.reason, wanted.message):
        since = said.since if said is not None and said.status == status else rfc3339(now)
        fields["conditions"] = [
            {
                "type": READY,
                "status": status,
                "reason": wanted.reason,
                "message": wanted.message,
                "lastTransitionTime": since,
            }
        ]
    return fields

"""Plans the end of accounts: revokes rights at once, deletes everything after the grace period. Pure.

Expiry and suspension revoke the rights: RoleBindings first, because the API server notices a deleted
ServiceAccount only after seconds, then ServiceAccount, bootstrap token and the copies of both in the User.
Workloads stay, and a renewal restores the rights. When the User is deleted, or has been expired for longer
than the grace period, nodes, pool, namespace and User are deleted, in that order: a pool that has nodes
cannot be deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apimachinery.resources import NAMESPACES, NODES, ROLE_BINDINGS, SECRETS, SERVICE_ACCOUNTS, Resource
from yurt_console.custom_resources import NODE_POOLS, USERS
from yurt_console.rows import User
from yurt_console.tenancy import naming
from yurt_console.tenancy.identity import principals
from yurt_console.tenancy.provisioning import conditions
from yurt_console.tenancy.provisioning.observed import Observed, Platform
from yurt_console.tenancy.provisioning.steps import Delete, Patch, Plan, Step, Wait


def end_of_grace(user: User, platform: Platform) -> datetime | None:
    """When all objects of the account are deleted; None for never, or before that is known."""
    end = principals.ends(user)
    return None if end is None else end + platform.grace


def is_terminating(user: User, platform: Platform, now: datetime) -> bool:
    """Whether everything of the account has to be deleted."""
    last = end_of_grace(user, platform)
    return user.deleting or (last is not None and now >= last)


def next_deadline(user: User, platform: Platform, now: datetime) -> datetime | None:
    """When the calendar next changes the plan: the account's end, then the end of its grace period."""
    times = (principals.ends(user), end_of_grace(user, platform))
    return min((time for time in times if time is not None and time > now), default=None)


def revocation_plan(
    user: User, observed: Observed, wanted: conditions.AccountStatus, now: datetime, again: datetime | None
) -> Plan:
    """Revoke every right; keep the namespace and its content."""
    written = status(user, wanted, now)
    steps = (*_rights(user, observed), *_credentials(user), *written)
    return Plan(steps, again=again, events=conditions.events(user, wanted) if written else ())


def teardown_plan(user: User, observed: Observed, now: datetime) -> Plan:
    """Delete everything, and the User last."""
    steps: list[Step] = [*_rights(user, observed), *_credentials(user)]
    pool, namespace = observed.pool, observed.namespace
    if observed.nodes:
        waits_for = Wait.NODES
        steps += [delete(NODES, node) for node in observed.nodes if not _is_deleting(node)]
    elif pool is not None and naming.is_own(pool, user):
        waits_for = Wait.POOL
        steps += [] if _is_deleting(pool) else [delete(NODE_POOLS, pool)]
    elif namespace is not None and naming.is_own(namespace, user):
        waits_for = Wait.NAMESPACE
        steps += [] if _is_deleting(namespace) else [delete(NAMESPACES, namespace)]
    elif not user.deleting:
        return Plan((*steps, Delete(USERS, user.name, "", user.uid)))
    else:
        others = [name for name in observed.finalizers if name != naming.FINALIZER]
        if len(others) < len(observed.finalizers):
            steps.append(finalizers(user, observed, others))
        return Plan(tuple(steps))
    wanted = conditions.terminating(user, waits_for)
    written = status(user, wanted, now)
    return Plan((*written, *steps), waits_for, events=conditions.events(user, wanted) if written else ())


def status(user: User, wanted: conditions.AccountStatus, now: datetime) -> tuple[Step, ...]:
    """The step that writes the status; none when the status is as wanted."""
    patch = conditions.patch(user, wanted, now)
    if not patch:
        return ()
    body = {"metadata": {"uid": user.uid}, "status": patch}
    return (Patch(USERS, user.name, body, subresource="status", what="status"),)


def spec(user: User, fields: dict[str, Any], part: str) -> Step:
    """Write fields of the User's spec."""
    body = {"metadata": {"uid": user.uid}, "spec": fields}
    return Patch(USERS, user.name, body, what=", ".join(fields), part=part)


def finalizers(user: User, observed: Observed, wanted: list[str]) -> Step:
    """Write the User's finalizers; fails when the User has changed since it was observed."""
    metadata = {"uid": user.uid, "resourceVersion": observed.version, "finalizers": wanted}
    return Patch(USERS, user.name, {"metadata": metadata}, what="finalizers")


def delete(resource: Resource, found: Mapping[str, Any], part: str = "") -> Delete:
    """Delete this object, by its uid."""
    metadata = found["metadata"]
    return Delete(resource, metadata["name"], metadata.get("namespace", ""), metadata["uid"], part)


def _rights(user: User, observed: Observed) -> list[Step]:
    steps: list[Step] = []
    if observed.namespace is None or naming.is_own(observed.namespace, user):
        rights = (
            (ROLE_BINDINGS, observed.role_binding),
            (ROLE_BINDINGS, observed.impersonation),
            (SERVICE_ACCOUNTS, observed.service_account),
        )
        steps += [delete(resource, found) for resource, found in rights if found is not None]
    where = naming.BOOTSTRAP_NAMESPACE
    return [*steps, *(Delete(SECRETS, token.name, where, token.uid) for token in observed.bootstraps)]


def _credentials(user: User) -> list[Step]:
    if not user.kube_config and not user.node_add_script:
        return []
    return [spec(user, {"kubeConfig": None, "nodeAddScript": None}, "")]


def _is_deleting(found: Mapping[str, Any]) -> bool:
    return bool(found["metadata"].get("deletionTimestamp"))

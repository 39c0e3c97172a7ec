"""The planner: a pure function from an account and its observed objects to the next steps.

The operator observes, calls `plan`, carries the steps out and observes again, until no step is left. Each
step is one write and depends on the observation alone, never on earlier steps: an operator that was stopped
finishes what it began, and nothing is created twice. Order: finalizer, namespace, quota, container defaults,
network policy, node pool, ServiceAccount, RoleBindings, kubeconfig, bootstrap token, join script, status.
`teardown` plans the end of accounts.

A namespace belongs to an account only with the User's uid in its annotation. One that another client created
under that name, or that an earlier account of the same name left, is never touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from apimachinery import validation
from apimachinery.resources import (
    LIMIT_RANGES,
    NAMESPACES,
    NETWORK_POLICIES,
    RESOURCE_QUOTAS,
    ROLE_BINDINGS,
    SECRETS,
    SERVICE_ACCOUNTS,
    Resource,
)
from apimachinery.times import parse_time
from yurt_console.custom_resources import NODE_POOLS
from yurt_console.rows import User
from yurt_console.tenancy import naming
from yurt_console.tenancy.identity import principals
from yurt_console.tenancy.identity.principals import ADMIN, AccountState
from yurt_console.tenancy.provisioning import conditions, issued_kubeconfig, limits, teardown, tenant_objects
from yurt_console.tenancy.provisioning.observed import Observed, ObservedObject, Platform
from yurt_console.tenancy.provisioning.steps import (
    AccountEvent,
    Create,
    Delete,
    IssueKubeconfig,
    Patch,
    Plan,
    Replace,
    Step,
    Wait,
)
from yurt_console.tenancy.provisioning.tenant_objects import BootstrapToken
from yurt_console.yurt import join

SLACK = timedelta(minutes=5)
"""How much earlier than the account a credential may end without being renewed: the time between
creating both."""
LONGEST = timedelta(days=365)
"""The longest life of a credential; those of accounts without an end are renewed at half of it."""
SHORTEST_GRANT = 600
"""Seconds; the API server refuses tokens with a shorter life."""


def plan(user: User, observed: Observed, platform: Platform, now: datetime) -> Plan:
    """The steps from ``observed`` to the desired state of ``user`` at ``now`` (aware)."""
    # The calendar decides: status.expired is an output, and must not block a renewed account.
    principal = principals.of(msgspec.structs.replace(user, expired=False), now)
    again = teardown.next_deadline(user, platform, now)
    if teardown.is_terminating(user, platform, now):
        return teardown.teardown_plan(user, observed, now)
    if principal.state is AccountState.SUSPENDED:
        return teardown.revocation_plan(user, observed, conditions.suspended(user), now, again)
    if principal.state is AccountState.EXPIRED:
        stays = conditions.expired(user, teardown.end_of_grace(user, platform) or now)
        return teardown.revocation_plan(user, observed, stays, now, again)
    if principal.role == ADMIN:
        return _status_plan(user, conditions.admin_ready(), now, again=again)
    if not user.approved:
        return teardown.revocation_plan(user, observed, conditions.unapproved(user), now, again)
    if not validation.is_dns_label(user.name):
        return _status_plan(user, conditions.bad_name(), now, again=again)
    if observed.namespace is not None and not naming.is_own(observed.namespace, user):
        return _status_plan(user, conditions.namespace_taken(user.name), now, again=again)
    if observed.namespace is not None and observed.namespace["metadata"].get("deletionTimestamp"):
        ends = conditions.namespace_terminating(user.name)
        return _status_plan(user, ends, now, again=again, waits_for=Wait.OLD_NAMESPACE)
    return _provision(user, observed, platform, now)


def _status_plan(
    user: User,
    wanted: conditions.AccountStatus,
    now: datetime,
    *,
    again: datetime | None,
    waits_for: Wait | None = None,
) -> Plan:
    steps = teardown.status(user, wanted, now)
    return Plan(steps, waits_for, again, conditions.events(user, wanted) if steps else ())


def _provision(user: User, observed: Observed, platform: Platform, now: datetime) -> Plan:
    first: list[Step] = []
    if naming.FINALIZER not in observed.finalizers:
        first.append(teardown.finalizers(user, observed, [*observed.finalizers, naming.FINALIZER]))
    steps: list[Step] = [
        *_made(NAMESPACES, observed.namespace, tenant_objects.namespace(user), conditions.NAMESPACE),
        *_made(
            RESOURCE_QUOTAS, observed.resource_quota, tenant_objects.resource_quota(user), conditions.LIMITS
        ),
        *_made(LIMIT_RANGES, observed.limit_range, tenant_objects.limit_range(user), conditions.LIMITS),
        *_made(
            NETWORK_POLICIES, observed.network_policy, tenant_objects.network_policy(user), conditions.LIMITS
        ),
    ]
    if platform.pools and (observed.pool is None or naming.is_own(observed.pool, user)):
        steps += _made(NODE_POOLS, observed.pool, tenant_objects.pool(user), conditions.POOL)
    steps += _made(
        SERVICE_ACCOUNTS, observed.service_account, tenant_objects.service_account(user), conditions.ACCESS
    )
    steps += _bound(observed.role_binding, tenant_objects.role_binding(user))
    steps += _bound(observed.impersonation, tenant_objects.impersonation(user, platform.console_namespace))
    if observed.service_account is not None and not _serves(user, observed.service_account, platform, now):
        seconds = max(SHORTEST_GRANT, int((_target(user, now) - now).total_seconds()))
        steps.append(IssueKubeconfig(user.name, user.uid, user.name, seconds, conditions.ACCESS))
    steps += _bootstrap(user, observed, now)
    if observed.bootstraps and observed.bootstraps[0].usable:
        script = _script(user, observed.bootstraps[0], platform)
        if (user.tenant_namespace, user.node_add_script) != (user.name, script):
            wanted = {"namespace": user.name, "nodeAddScript": script}
            steps.append(teardown.spec(user, wanted, conditions.JOIN))
    if not steps and not first:
        return _status_plan(user, conditions.ready(user), now, again=_renewal(user, observed, platform, now))
    if conditions.was_ready(user):  # an object was deleted or changed: the account stays ready
        return Plan((*first, *steps), events=_restored(steps, observed))
    pending = {step.part for step in steps if step.part}
    if observed.service_account is None:
        pending.add(conditions.ACCESS)
    preparing = conditions.preparing(user, pending)
    status = teardown.status(user, preparing, now)
    return Plan((*first, *status, *steps), events=conditions.events(user, preparing) if status else ())


def _made(resource: Resource, found: ObservedObject, wanted: dict[str, Any], part: str) -> list[Step]:
    if found is None:
        return [Create(resource, wanted, part)]
    if resource == NODE_POOLS:  # the defaults of its spec depend on OpenYurt's release
        wanted = {**wanted, "spec": found.get("spec")}
    updated = tenant_objects.updated(found, wanted)
    return [Replace(resource, updated, part)] if updated else []


def _bound(found: ObservedObject, wanted: dict[str, Any]) -> list[Step]:
    if found is None or tenant_objects.same_binding(found, wanted):
        return _made(ROLE_BINDINGS, found, wanted, conditions.ACCESS)
    # roleRef is immutable, and added subjects must lose their rights at once.
    return [
        teardown.delete(ROLE_BINDINGS, found, conditions.ACCESS),
        Create(ROLE_BINDINGS, wanted, conditions.ACCESS),
    ]


def _restored(steps: list[Step], observed: Observed) -> tuple[AccountEvent, ...]:
    """The Event about objects that other clients deleted or changed.

    There is none about what we renew ourselves, nor about a quota that follows the spec of the User.
    """
    repairs = [
        str(step)
        for step in steps
        if isinstance(step, Create | Replace) and not _follows(step, observed.resource_quota)
    ]
    return (AccountEvent("Repaired", f"Restored: {', '.join(repairs)}."),) if repairs else ()


def _follows(step: Create | Replace, quota: ObservedObject) -> bool:
    if step.resource != RESOURCE_QUOTAS or quota is None:
        return False
    return limits.for_all(step.body["spec"]) == limits.for_all(quota["spec"])


def _bootstrap(user: User, observed: Observed, now: datetime) -> list[Step]:
    target = _target(user, now)
    if not observed.bootstraps:
        wanted = tenant_objects.bootstrap_secret(user, observed.free_id, observed.new_secret, target)
        return [Create(SECRETS, wanted, conditions.JOIN)]
    token = observed.bootstraps[0]
    if not token.usable:  # another client changed it
        return [Delete(SECRETS, token.name, naming.BOOTSTRAP_NAMESPACE, token.uid, conditions.JOIN)]
    if token.ends is not None and _lasts(token.ends, _end(user, now), now):
        return []
    patch, where = tenant_objects.bootstrap_end(token, target), naming.BOOTSTRAP_NAMESPACE
    return [Patch(SECRETS, token.name, patch, where, what="expiration", part=conditions.JOIN)]


def _serves(user: User, account: Mapping[str, Any], platform: Platform, now: datetime) -> bool:
    """Whether the kubeconfig in the User is still valid, or as good as a new one would be."""
    found = issued_kubeconfig.read(user.kube_config)
    if found is None or found.account_uid != account["metadata"]["uid"]:
        return False
    if (found.server, found.ca, found.namespace) != (platform.server, platform.ca, user.name):
        return False
    end = _end(user, now)
    if end is not None and found.ends >= end - SLACK:
        return True
    return now < _renewal_of(found)


def _lasts(ends: datetime, account_ends: datetime | None, now: datetime) -> bool:
    if account_ends is not None and ends > account_ends:
        return False
    if account_ends is not None and ends >= account_ends - SLACK:
        return True
    return now < ends - LONGEST / 2


def _renewal_of(found: issued_kubeconfig.IssuedKubeconfig) -> datetime:
    """When a kubeconfig is renewed: after two thirds of the life that the API server granted."""
    return found.ends - (found.ends - found.issued) / 3


def _renewal(user: User, observed: Observed, platform: Platform, now: datetime) -> datetime | None:
    """The first deadline of the account, its kubeconfig and its bootstrap token."""
    end = teardown.next_deadline(user, platform, now)
    times = [end]
    found = issued_kubeconfig.read(user.kube_config)
    if found is not None and (end is None or found.ends < end - SLACK):
        times.append(_renewal_of(found))
    token = observed.bootstraps[0] if observed.bootstraps else None
    if token is not None and token.ends is not None and (end is None or token.ends < end - SLACK):
        times.append(token.ends - LONGEST / 2)
    return min((time for time in times if time is not None), default=None)


def _end(user: User, now: datetime) -> datetime | None:
    """When the account ends; for one that has not begun, when it would if it began now."""
    if user.valid_period <= 0:
        return None
    return (parse_time(user.effective_time) or now) + timedelta(days=user.valid_period)


def _target(user: User, now: datetime) -> datetime:
    end = _end(user, now)
    return now + LONGEST if end is None else min(end, now + LONGEST)


def _script(user: User, token: BootstrapToken, platform: Platform) -> str:
    return join.render(
        join.Join(
            server=platform.server,
            token=token.token,
            ca_hash=platform.ca_hash,
            pool=user.name,
            node_prefix=naming.node_prefix(user.name),
            release=platform.release,
            download=platform.download,
        )
    )

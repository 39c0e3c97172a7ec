"""What has to be done so that the cluster matches an account: a pure function from what is there to steps.

The operator observes, asks `plan`, carries the steps out and observes again, until there is nothing
left to do. Each step is one write, and every decision is made on what was found, never on what was done
before: so a stopped operator finishes what it began, and nothing is made twice. In order: namespace,
ServiceAccount, node pool, RoleBindings, bootstrap token, kubeconfig, join script, status.

A namespace is an account's only when it carries the User's uid: one of the right name that somebody
else made, or that an earlier account of the same name left behind, is never touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import msgspec

from yurt_console.kube import names
from yurt_console.kube.objects import User
from yurt_console.kube.resources import (
    NAMESPACES,
    NODE_POOLS,
    ROLE_BINDINGS,
    SECRETS,
    SERVICE_ACCOUNTS,
    USERS,
    Resource,
)
from yurt_console.tenancy import belongings, granted, node_names, principals, standing
from yurt_console.tenancy.belongings import Bootstrap
from yurt_console.tenancy.principals import ADMIN, AccountState
from yurt_console.yurt import join
from yurt_console.yurt.releases import Release

Found: TypeAlias = Mapping[str, Any] | None
"""An object as the API server has it, None when there is none."""

SLACK = timedelta(minutes=5)
"""How much earlier than the account a credential may end; what passes between making both is no reason
to write again."""
LONGEST = timedelta(days=365)
"""No credential outlives this; those of endless accounts are renewed at half of it."""
SHORTEST_GRANT = 600
"""Seconds; the API server refuses tokens that live shorter."""


class Create(msgspec.Struct, frozen=True):
    """POST ``body``."""

    resource: Resource
    body: dict[str, Any]

    def __str__(self) -> str:
        return f"create {self.resource.kind} {_where(self.body['metadata'])}"


class Patch(msgspec.Struct, frozen=True):
    """Merge ``patch`` into an object; with ``subresource`` "status" for a User's status."""

    resource: Resource
    name: str
    patch: dict[str, Any]
    namespace: str = ""
    subresource: str = ""
    what: str = ""
    """For logs: the fields, never their values."""

    def __str__(self) -> str:
        return f"set {self.what} of {self.resource.kind} {self.name}"


class Delete(msgspec.Struct, frozen=True):
    """DELETE an object, and only the one with this uid."""

    resource: Resource
    name: str
    namespace: str
    uid: str

    def __str__(self) -> str:
        return f"delete {self.resource.kind} {self.name}"


class Grant(msgspec.Struct, frozen=True):
    """Ask for a token of the tenant's ServiceAccount and write a kubeconfig with it into the User."""

    user: str
    uid: str
    namespace: str
    seconds: int

    def __str__(self) -> str:
        return f"grant a kubeconfig to User {self.user}"


Step: TypeAlias = Create | Patch | Delete | Grant


class Plan(msgspec.Struct, frozen=True):
    """What to do now, and what to wait for before asking again ("" when the account is as it must be)."""

    steps: tuple[Step, ...] = ()
    waits_for: str = ""


class Observed(msgspec.Struct, frozen=True):
    """What is there of one account's belongings."""

    namespace: Found = None
    service_account: Found = None
    role_binding: Found = None
    bootstraps: tuple[Bootstrap, ...] = ()
    """The account's own bootstrap tokens: one, except after an id was taken and freed again."""
    free_id: str = ""
    """The id that a new bootstrap token gets."""
    new_secret: str = msgspec.field(default="")
    """The secret that a new bootstrap token gets: 16 random characters."""
    pool: Found = None
    impersonation: Found = None
    """The RoleBinding that lets the console act as the tenant."""

    def __repr__(self) -> str:
        return "Observed(…)"


class Platform(msgspec.Struct, frozen=True):
    """What tenants are told about the cluster."""

    server: str
    ca: str
    ca_hash: str
    release: Release
    download: str
    pools: bool = False
    """Whether the cluster has OpenYurt's node pools."""
    namespace: str = "yurt-console"
    """Where the console is."""


def plan(user: User, observed: Observed, platform: Platform, now: datetime) -> Plan:
    """The steps that lead from ``observed`` to what ``user`` must have at ``now`` (aware)."""
    # the calendar decides here; status.expired is what comes out, and must not keep a renewed account down
    principal = principals.of(msgspec.structs.replace(user, expired=False), now)
    if principal.state is AccountState.LEAVING:
        return _removal(user, observed)
    if principal.state is AccountState.SUSPENDED:
        return _withdrawal(user, observed, standing.suspended(), now)
    if principal.state is AccountState.EXPIRED:
        return _withdrawal(user, observed, standing.expired(), now)
    if principal.role == ADMIN:
        return Plan(_status(user, standing.admin_ready(), now))
    if not user.approved:
        return _withdrawal(user, observed, standing.unapproved(), now)
    if not names.is_dns_label(user.name):
        return Plan(_status(user, standing.bad_name(), now))
    if observed.namespace is not None and not belongings.is_own(observed.namespace, user):
        return Plan(_status(user, standing.namespace_taken(user.name), now))
    if observed.namespace is not None and observed.namespace["metadata"].get("deletionTimestamp"):
        return Plan(_status(user, standing.namespace_ending(user.name), now), "the old namespace to end")
    return _provision(user, observed, platform, now)


def _provision(user: User, observed: Observed, platform: Platform, now: datetime) -> Plan:
    steps: list[Step] = []
    if observed.namespace is None:
        steps.append(Create(NAMESPACES, belongings.namespace(user)))
    elif label := belongings.missing_label(observed.namespace, user):
        steps.append(Patch(NAMESPACES, user.name, label, what="label"))
    if observed.service_account is None:
        steps.append(Create(SERVICE_ACCOUNTS, belongings.service_account(user)))
    if observed.pool is None and platform.pools:
        steps.append(Create(NODE_POOLS, belongings.pool(user)))
    steps += _role_binding(observed.role_binding, belongings.role_binding(user))
    steps += _role_binding(observed.impersonation, belongings.impersonation(user, platform.namespace))
    steps += _bootstrap(user, observed, now)
    if observed.service_account is None or not observed.bootstraps or not observed.bootstraps[0].usable:
        return Plan(tuple(steps))  # the rest is made from what these turn out to be
    if not _serves(user, observed.service_account, platform, now):
        seconds = max(SHORTEST_GRANT, int((_target(user, now) - now).total_seconds()))
        steps.append(Grant(user.name, user.uid, user.name, seconds))
    script = _script(user, observed.bootstraps[0], platform)
    wanted = {"namespace": user.name, "nodeAddScript": script}
    if (user.tenant_namespace, user.node_add_script) != (user.name, script):
        steps.append(_spec(user, wanted))
    if not steps:
        steps += _status(user, standing.ready(), now)
    return Plan(tuple(steps))


def _role_binding(found: Found, wanted: dict[str, Any]) -> list[Step]:
    if found is None:
        return [Create(ROLE_BINDINGS, wanted)]
    if belongings.same_binding(found, wanted):
        return []
    # roleRef cannot be changed in place, and what was added to the subjects must not stay a moment longer
    return [_delete(ROLE_BINDINGS, found), Create(ROLE_BINDINGS, wanted)]


def _bootstrap(user: User, observed: Observed, now: datetime) -> list[Step]:
    target = _target(user, now)
    if not observed.bootstraps:
        wanted = belongings.bootstrap_secret(user, observed.free_id, observed.new_secret, target)
        return [Create(SECRETS, wanted)]
    token = observed.bootstraps[0]
    if not token.usable:  # somebody damaged it
        return [Delete(SECRETS, token.name, belongings.BOOTSTRAP_NAMESPACE, token.uid)]
    if token.ends is not None and _lasts(token.ends, _end(user, now), now):
        return []
    patch = belongings.bootstrap_end(token, target)
    return [Patch(SECRETS, token.name, patch, belongings.BOOTSTRAP_NAMESPACE, what="expiration")]


def _serves(user: User, account: Mapping[str, Any], platform: Platform, now: datetime) -> bool:
    """Whether the kubeconfig in the User is still right, or as good as a new one would be."""
    found = granted.read(user.kube_config)
    if found is None or found.account_uid != account["metadata"]["uid"]:
        return False
    if (found.server, found.ca, found.namespace) != (platform.server, platform.ca, user.name):
        return False
    end = _end(user, now)
    if end is not None and found.ends >= end - SLACK:
        return True
    # an API server may grant less than was asked for; then it is renewed in its last third
    return found.ends - now > (found.ends - found.issued) / 3


def _lasts(ends: datetime, account_ends: datetime | None, now: datetime) -> bool:
    if account_ends is not None and ends > account_ends:
        return False
    if account_ends is not None and ends >= account_ends - SLACK:
        return True
    return ends - now >= LONGEST / 2


def _end(user: User, now: datetime) -> datetime | None:
    """When the account ends; for one that has not begun, when it would if it began now."""
    if user.valid_period <= 0:
        return None
    return (principals.parse_time(user.effective_time) or now) + timedelta(days=user.valid_period)


def _target(user: User, now: datetime) -> datetime:
    end = _end(user, now)
    return now + LONGEST if end is None else min(end, now + LONGEST)


def _script(user: User, token: Bootstrap, platform: Platform) -> str:
    return join.render(
        join.Join(
            server=platform.server,
            token=token.token,
            ca_hash=platform.ca_hash,
            pool=user.name,
            node_prefix=node_names.prefix(user.name),
            release=platform.release,
            download=platform.download,
        )
    )


def _withdrawal(user: User, observed: Observed, wanted: standing.Standing, now: datetime) -> Plan:
    """Take every right away, keep the namespace and what is in it."""
    steps = [*_rights(user, observed)]
    if user.kube_config or user.node_add_script:
        steps.append(_spec(user, {"kubeConfig": None, "nodeAddScript": None}))
    return Plan((*steps, *_status(user, wanted, now)))


def _removal(user: User, observed: Observed) -> Plan:
    steps = [*_rights(user, observed)]
    namespace = observed.namespace
    ending = namespace is not None and belongings.is_own(namespace, user)
    if namespace is not None and ending and not namespace["metadata"].get("deletionTimestamp"):
        steps.append(_delete(NAMESPACES, namespace))
    # last, because OpenYurt keeps a pool that still has nodes
    if observed.pool is not None and belongings.is_own(observed.pool, user):
        steps.append(_delete(NODE_POOLS, observed.pool))
    return Plan(tuple(steps), "the namespace to end" if ending else "")


def _rights(user: User, observed: Observed) -> list[Step]:
    steps: list[Step] = []
    if observed.namespace is None or belongings.is_own(observed.namespace, user):
        bindings = (observed.role_binding, observed.impersonation)
        steps += [_delete(ROLE_BINDINGS, found) for found in bindings if found is not None]
        if observed.service_account is not None:
            steps.append(_delete(SERVICE_ACCOUNTS, observed.service_account))
    where = belongings.BOOTSTRAP_NAMESPACE
    return [*steps, *(Delete(SECRETS, token.name, where, token.uid) for token in observed.bootstraps)]


def _status(user: User, wanted: standing.Standing, now: datetime) -> tuple[Step, ...]:
    patch = standing.patch(user, wanted, now)
    if not patch:
        return ()
    body = {"metadata": {"uid": user.uid}, "status": patch}
    return (Patch(USERS, user.name, body, subresource="status", what="status"),)


def _spec(user: User, fields: dict[str, Any]) -> Step:
    body = {"metadata": {"uid": user.uid}, "spec": fields}
    return Patch(USERS, user.name, body, what=", ".join(fields))


def _delete(resource: Resource, found: Mapping[str, Any]) -> Step:
    metadata = found["metadata"]
    return Delete(resource, metadata["name"], metadata.get("namespace", ""), metadata["uid"])


def _where(metadata: Mapping[str, Any]) -> str:
    return "/".join(part for part in (metadata.get("namespace", ""), metadata["name"]) if part)

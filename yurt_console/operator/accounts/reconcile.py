"""Reconciles one account: observe, carry out the steps of its plan, observe again, until no step is left.

Stateless between rounds and runs. What another operator, an administrator or the tenant does meanwhile is a
conflict or part of the next observation.
"""

from __future__ import annotations

import asyncio
import secrets
import string
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime

from apimachinery.resources import (
    LIMIT_RANGES,
    NAMESPACES,
    NETWORK_POLICIES,
    NODES,
    RESOURCE_QUOTAS,
    ROLE_BINDINGS,
    SECRETS,
    SERVICE_ACCOUNTS,
    Resource,
)
from yurt_console.cache.wire import users as wire_users
from yurt_console.custom_resources import NODE_POOLS, USERS
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import AlreadyExists, ApiError, Conflict, Forbidden, KubeError, NotFound
from yurt_console.rows import User
from yurt_console.tenancy import naming
from yurt_console.tenancy.identity.principals import ADMIN
from yurt_console.tenancy.provisioning import conditions, limits, plan, teardown, tenant_objects
from yurt_console.tenancy.provisioning.observed import Observed, Platform
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
    is_secret,
)
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL

_ROUNDS = 20
_ALPHABET = string.ascii_lowercase + string.digits
_LONGEST = 400
"""Characters of an API server's message that are repeated."""

Record = Callable[[User, tuple[AccountEvent, ...]], None]
"""Records Events about an account."""


def now() -> datetime:
    """The current time, aware."""
    return datetime.now(UTC)


class Waiting(KubeError):
    """Every step that is possible now is done; the text says what the others wait for."""


class StepFailed(KubeError):
    """The API server refused a step, or (no step) to observe the account. The text holds no credential."""

    def __init__(self, user: User, step: Step | None, error: KubeError) -> None:
        what = "observe the account" if step is None else str(step)
        super().__init__(f"cannot {what}: {_reason(step, error)}")
        self.user = user
        self.error = error
        self.part = conditions.READY if step is None else step.part
        """The type of the condition that reports it, "" for none."""


async def reconcile(
    client: Client,
    name: str,
    platform: Platform,
    *,
    clock: Callable[[], datetime] = now,
    record: Record = lambda user, events: None,
    settled: Callable[[datetime | None], None] = lambda again: None,
) -> AsyncGenerator[Step, None]:
    """Reconcile the account called ``name``; yields each step after it is carried out.

    Ends when no step is left, after calling ``settled`` with the time of the next reconcile, or when the User
    is gone. Raises `Waiting`, `StepFailed` and other `KubeError`s. Calling it again later is safe and goes on
    from there.
    """
    for _ in range(_ROUNDS):
        try:
            found, user = await client.get(USERS, name, decode=wire_users.USERS.object_and_row)
        except NotFound:
            return
        terminating = teardown.is_terminating(user, platform, clock())
        try:
            observed = await observe(client, found, user, terminating)
        except KubeError as error:
            raise StepFailed(user, None, error) from None
        decided = plan.plan(user, observed, platform, clock())
        if not decided.steps:
            if decided.waits_for:
                raise Waiting(f"waiting for {decided.waits_for}")
            settled(decided.again)
            return
        async for step in _carried_out(client, user, decided, platform, record):
            yield step
    raise Waiting("another client keeps changing objects of the account")


async def _carried_out(
    client: Client, user: User, decided: Plan, platform: Platform, record: Record
) -> AsyncGenerator[Step, None]:
    for step in decided.steps:
        try:
            if not await carry_out(client, step, platform):
                return
        except Waiting:
            raise
        except KubeError as error:
            raise StepFailed(user, step, error) from None
        yield step
    record(user, decided.events)


async def report_failure(client: Client, failure: StepFailed, clock: Callable[[], datetime] = now) -> None:
    """Write a failure into the condition of the User that reports it, if any. Raises `KubeError`."""
    if not failure.part:
        return
    user = await client.get(
        USERS, failure.user.name, decode=wire_users.USERS.row
    )  # the steps before may have written it
    patch = conditions.patch(user, conditions.failed(user, failure.part, str(failure)), clock())
    if patch:
        body = {"metadata": {"uid": failure.user.uid}, "status": patch}
        await client.merge_patch(USERS, user.name, body, subresource="status")


async def observe(client: Client, found: Object, user: User, terminating: bool) -> Observed:
    """The objects of the account; none inside a namespace that is not its own. Raises `KubeError`."""
    metadata = found["metadata"]
    finalizers = tuple(metadata.get("finalizers") or ())
    version = metadata.get("resourceVersion", "")
    if user.role == ADMIN and not terminating:
        return Observed(finalizers=finalizers, version=version)
    namespace, pool = await asyncio.gather(
        _found(client, NAMESPACES, user.name), _found(client, NODE_POOLS, user.name)
    )
    inside: list[Object | None] = [None] * len(_INSIDE)
    if namespace is not None and naming.is_own(namespace, user):
        inside = list(
            await asyncio.gather(*(_found(client, kind, name, user.name) for kind, name in _INSIDE))
        )
    tokens, free_id = [], ""
    for token_id in naming.bootstrap_ids(user.uid):
        where = naming.BOOTSTRAP_NAMESPACE
        secret = await _found(client, SECRETS, naming.bootstrap_name(token_id), where)
        if secret is None:
            free_id = free_id or token_id
        elif naming.is_own(secret, user):
            tokens.append(tenant_objects.read_bootstrap(secret, user.name))
        if not terminating and (secret is None or tokens):
            break  # the other ids matter only when nothing of the account may stay
    nodes: tuple[Object, ...] = ()
    if terminating:
        nodes = tuple(await client.list(NODES, label_selector=f"{TENANT_NODE_LABEL}={user.name}"))
    account, binding, impersonation, quota, limit_range, network_policy = inside
    return Observed(
        namespace=namespace,
        service_account=account,
        role_binding=binding,
        impersonation=impersonation,
        resource_quota=quota,
        limit_range=limit_range,
        network_policy=network_policy,
        bootstraps=tuple(tokens),
        free_id=free_id,
        new_secret="".join(secrets.choice(_ALPHABET) for _ in range(16)),
        pool=pool,
        nodes=nodes,
        finalizers=finalizers,
        version=version,
    )


_INSIDE: tuple[tuple[Resource, str], ...] = (
    (SERVICE_ACCOUNTS, naming.SERVICE_ACCOUNT),
    (ROLE_BINDINGS, naming.TENANT_ROLE),
    (ROLE_BINDINGS, naming.IMPERSONATE_ROLE),
    (RESOURCE_QUOTAS, limits.NAME),
    (LIMIT_RANGES, limits.NAME),
    (NETWORK_POLICIES, limits.NAME),
)
"""The objects in a tenant's namespace, by kind and name."""


async def carry_out(client: Client, step: Step, platform: Platform) -> bool:
    """Carry out one step; False when the cluster has changed since it was observed: later steps are void."""
    try:
        match step:
            case Create(resource, body):
                await client.create(resource, body)
            case Replace(resource, body):
                await client.replace(resource, body)
            case Patch(resource, name, patch, namespace, subresource):
                await client.merge_patch(resource, name, patch, namespace, subresource=subresource)
            case Delete(resource, name, namespace, uid):
                await client.delete(resource, name, namespace, uid=uid)
            case IssueKubeconfig():
                await _issue_kubeconfig(client, step, platform)
    except (AlreadyExists, Conflict):
        return False
    except Forbidden:
        if isinstance(step, Delete) and step.resource == NODE_POOLS:
            raise Waiting(f"waiting for {Wait.POOL}") from None
        raise
    except NotFound:
        return isinstance(step, Delete)
    return True


async def _issue_kubeconfig(client: Client, step: IssueKubeconfig, platform: Platform) -> None:
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": step.seconds},
    }
    account = naming.SERVICE_ACCOUNT
    issued = await client.create(SERVICE_ACCOUNTS, request, step.namespace, name=account, subresource="token")
    text = kubeconfig.render(
        server=platform.server,
        ca_pem=platform.ca.encode(),
        user=account,
        token=issued["status"]["token"],
        namespace=step.namespace,
        context="yurt-console",
    )
    patch = {"metadata": {"uid": step.uid}, "spec": {"kubeConfig": text}}
    await client.merge_patch(USERS, step.user, patch)


def _reason(step: Step | None, error: KubeError) -> str:
    if step is None or not is_secret(step):
        return str(error)[:_LONGEST]
    return error.reason if isinstance(error, ApiError) else type(error).__name__


async def _found(client: Client, resource: Resource, name: str, namespace: str = "") -> Object | None:
    try:
        return await client.get(resource, name, namespace)
    except NotFound:
        return None

"""Carrying out `tenancy.plan` for one account: observe, do the steps, observe again, until nothing is left.

Nothing is remembered between two rounds, let alone two runs. What another operator, an administrator or
the account's owner does meanwhile shows up as a conflict or in the next observation.
"""

from __future__ import annotations

import asyncio
import secrets
import string
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from typing import Any, cast

import msgspec

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
from yurt_console.cache.decoding import DECODERS
from yurt_console.custom_resources import NODE_POOLS, USERS
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import AlreadyExists, ApiError, Conflict, Forbidden, KubeError, NotFound
from yurt_console.rows import User
from yurt_console.tenancy.identity.principals import ADMIN
from yurt_console.tenancy.provisioning import conditions, limits, plan, teardown, tenant_objects
from yurt_console.tenancy.provisioning.observed import Observed, Platform
from yurt_console.tenancy.provisioning.steps import (
    Create,
    Delete,
    IssueKubeconfig,
    News,
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
"""Characters of an API server's reason that are worth repeating."""

Tell = Callable[[User, tuple[News, ...]], None]
"""Told what happened to an account, for Events."""


def now() -> datetime:
    """The time that accounts live by."""
    return datetime.now(UTC)


class Waiting(KubeError):
    """Everything that can be done now is done; the text says what has to happen before the rest."""


class StepFailed(KubeError):
    """A step was refused, or looking at what is there (no step). The text holds no credential."""

    def __init__(self, user: User, step: Step | None, error: KubeError) -> None:
        what = "look at what the account has" if step is None else str(step)
        super().__init__(f"cannot {what}: {_reason(step, error)}")
        self.user = user
        self.error = error
        self.part = conditions.READY if step is None else step.part
        """The condition that is about it, "" for none."""


async def reconcile(
    client: Client,
    name: str,
    platform: Platform,
    *,
    clock: Callable[[], datetime] = now,
    tell: Tell = lambda user, news: None,
    settled: Callable[[datetime | None], None] = lambda again: None,
) -> AsyncGenerator[Step, None]:
    """Bring the account called ``name`` into order, yielding each step after it was carried out.

    Ends when nothing is left to do, after calling ``settled`` with the time to look again, or when the User
    is gone. Raises `Waiting`, `StepFailed` and other `KubeError`s; trying again later is safe and goes on
    from there.
    """
    for _ in range(_ROUNDS):
        try:
            found = await client.get(USERS, name)
        except NotFound:
            return
        user = _row(found)
        leaving = teardown.leaves(user, platform, clock())
        try:
            observed = await observe(client, found, user, leaving)
        except KubeError as error:
            raise StepFailed(user, None, error) from None
        decided = plan.plan(user, observed, platform, clock())
        if not decided.steps:
            if decided.waits_for:
                raise Waiting(f"waiting for {decided.waits_for}")
            settled(decided.again)
            return
        async for step in _carried_out(client, user, decided, platform, tell):
            yield step
    raise Waiting("somebody else keeps changing what belongs to the account")


async def _carried_out(
    client: Client, user: User, decided: Plan, platform: Platform, tell: Tell
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
    tell(user, decided.news)


async def report_failure(client: Client, failure: StepFailed, clock: Callable[[], datetime] = now) -> None:
    """Say in the User's conditions what failed, when there is one about it. Raises `KubeError`."""
    if not failure.part:
        return
    user = _row(await client.get(USERS, failure.user.name))  # the steps before may have written it
    patch = conditions.patch(user, conditions.failed(user, failure.part, str(failure)), clock())
    if patch:
        body = {"metadata": {"uid": failure.user.uid}, "status": patch}
        await client.merge_patch(USERS, user.name, body, subresource="status")


async def observe(client: Client, found: Object, user: User, leaving: bool) -> Observed:
    """What is there of the account's belongings; nothing inside a namespace that is not its own."""
    metadata = found["metadata"]
    finalizers = tuple(metadata.get("finalizers") or ())
    version = metadata.get("resourceVersion", "")
    if user.role == ADMIN and not leaving:
        return Observed(finalizers=finalizers, version=version)
    namespace, pool = await asyncio.gather(
        _found(client, NAMESPACES, user.name), _found(client, NODE_POOLS, user.name)
    )
    inside: list[Object | None] = [None] * len(_INSIDE)
    if namespace is not None and tenant_objects.is_own(namespace, user):
        inside = list(
            await asyncio.gather(*(_found(client, kind, name, user.name) for kind, name in _INSIDE))
        )
    tokens, free_id = [], ""
    for token_id in tenant_objects.bootstrap_ids(user.uid):
        where = tenant_objects.BOOTSTRAP_NAMESPACE
        secret = await _found(client, SECRETS, tenant_objects.bootstrap_name(token_id), where)
        if secret is None:
            free_id = free_id or token_id
        elif tenant_objects.is_own(secret, user):
            tokens.append(tenant_objects.read_bootstrap(secret, user.name))
        if not leaving and (secret is None or tokens):
            break  # the other ids matter only when nothing of the account may stay
    nodes: tuple[Object, ...] = ()
    if leaving:
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
    (SERVICE_ACCOUNTS, tenant_objects.SERVICE_ACCOUNT),
    (ROLE_BINDINGS, tenant_objects.TENANT_ROLE),
    (ROLE_BINDINGS, tenant_objects.IMPERSONATE_ROLE),
    (RESOURCE_QUOTAS, limits.NAME),
    (LIMIT_RANGES, limits.NAME),
    (NETWORK_POLICIES, limits.NAME),
)
"""What there is in a tenant's namespace."""


async def carry_out(client: Client, step: Step, platform: Platform) -> bool:
    """Do one step; False when the world is no longer as it was observed, so that steps after it are void."""
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
                await _grant(client, step, platform)
    except (AlreadyExists, Conflict):
        return False
    except Forbidden:
        if isinstance(step, Delete) and step.resource == NODE_POOLS:
            raise Waiting(f"waiting for {Wait.POOL}") from None
        raise
    except NotFound:
        return isinstance(step, Delete)
    return True


async def _grant(client: Client, step: IssueKubeconfig, platform: Platform) -> None:
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": step.seconds},
    }
    account = tenant_objects.SERVICE_ACCOUNT
    granted = await client.create(
        SERVICE_ACCOUNTS, request, step.namespace, name=account, subresource="token"
    )
    text = kubeconfig.render(
        server=platform.server,
        ca_pem=platform.ca.encode(),
        user=account,
        token=granted["status"]["token"],
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


def _row(found: dict[str, Any]) -> User:
    return cast(User, DECODERS[USERS].row(msgspec.json.encode(found)))

"""Carrying out `tenancy.plan` for one account: observe, do the steps, observe again, until nothing is left.

Nothing is remembered between two rounds, let alone two runs. What another operator, an administrator or
the account's owner does meanwhile shows up as a conflict or in the next observation.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any, cast

import msgspec

from yurt_console.cache.rows import DECODERS
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client
from yurt_console.kube.errors import AlreadyExists, Conflict, Forbidden, KubeError, NotFound
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
from yurt_console.tenancy import belongings, plan
from yurt_console.tenancy.plan import Create, Delete, Grant, Observed, Patch, Platform, Step
from yurt_console.tenancy.principals import ADMIN

_ROUNDS = 10
_ALPHABET = string.ascii_lowercase + string.digits


class Waiting(KubeError):
    """Everything that can be done now is done; the text says what has to happen before the rest."""


async def reconcile(client: Client, name: str, platform: Platform) -> AsyncGenerator[Step, None]:
    """Bring the account called ``name`` into order, yielding each step after it was carried out.

    Ends when nothing is left to do, or the User is gone. Raises `Waiting`, and `KubeError` for what the
    API server refuses; either way trying again later is safe and goes on from there.
    """
    for _ in range(_ROUNDS):
        try:
            user = _row(await client.get(USERS, name))
        except NotFound:
            return
        decided = plan.plan(user, await observe(client, user), platform, datetime.now(UTC))
        if not decided.steps:
            if decided.waits_for:
                raise Waiting(f"waiting for {decided.waits_for}")
            return
        for step in decided.steps:
            if not await carry_out(client, step, platform):
                break
            yield step
    raise Waiting("somebody else keeps changing what belongs to the account")


async def observe(client: Client, user: User) -> Observed:
    """What is there of the account's belongings; nothing inside a namespace that is not its own."""
    if user.role == ADMIN and not user.deleting:
        return Observed()
    namespace = await _found(client, NAMESPACES, user.name)
    account = binding = impersonation = None
    if namespace is not None and belongings.is_own(namespace, user):
        account = await _found(client, SERVICE_ACCOUNTS, belongings.SERVICE_ACCOUNT, user.name)
        binding = await _found(client, ROLE_BINDINGS, belongings.TENANT_ROLE, user.name)
        impersonation = await _found(client, ROLE_BINDINGS, belongings.IMPERSONATE_ROLE, user.name)
    tokens, free_id = [], ""
    for token_id in belongings.bootstrap_ids(user.uid):
        where = belongings.BOOTSTRAP_NAMESPACE
        secret = await _found(client, SECRETS, belongings.bootstrap_name(token_id), where)
        if secret is None:
            free_id = free_id or token_id
        elif belongings.is_own(secret, user):
            tokens.append(belongings.read_bootstrap(secret))
        if not user.deleting and (secret is None or tokens):
            break  # the other ids matter only when nothing of the account may stay
    new_secret = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    pool = await _found(client, NODE_POOLS, user.name)
    return Observed(namespace, account, binding, tuple(tokens), free_id, new_secret, pool, impersonation)


async def carry_out(client: Client, step: Step, platform: Platform) -> bool:
    """Do one step; False when the world is no longer as it was observed, so that steps after it are void."""
    try:
        match step:
            case Create(resource, body):
                await client.create(resource, body)
            case Patch(resource, name, patch, namespace, subresource):
                await client.merge_patch(resource, name, patch, namespace, subresource=subresource)
            case Delete(resource, name, namespace, uid):
                await client.delete(resource, name, namespace, uid=uid)
            case Grant():
                await _grant(client, step, platform)
    except (AlreadyExists, Conflict):
        return False
    except Forbidden:
        if isinstance(step, Delete) and step.resource == NODE_POOLS:
            raise Waiting("waiting for the nodes of its pool to be removed") from None
        raise
    except NotFound:
        return isinstance(step, Delete)
    return True


async def _grant(client: Client, step: Grant, platform: Platform) -> None:
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": step.seconds},
    }
    account = belongings.SERVICE_ACCOUNT
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


async def _found(client: Client, resource: Resource, name: str, namespace: str = "") -> dict[str, Any] | None:
    try:
        return await client.get(resource, name, namespace)
    except NotFound:
        return None


def _row(found: dict[str, Any]) -> User:
    return cast(User, DECODERS[USERS].row(msgspec.json.encode(found)))

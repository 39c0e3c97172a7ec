"""What the demo does in its simulated cluster before it is ready: installation, accounts, credentials."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

from apimachinery.resources import NAMESPACES, SERVICE_ACCOUNTS
from yurt_console.cli import install, private_files
from yurt_console.cli.demo.sample_accounts import Account
from yurt_console.custom_resources import USERS
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import AlreadyExists, NotFound
from yurt_console.settings import Settings
from yurt_console.tenancy.accounts import profile, tokens, user_objects
from yurt_console.tenancy.provisioning.tenant_objects import UID_ANNOTATION
from yurt_console.yurt.well_known_labels import TENANT_LABEL

_ACCOUNTS = Settings(valid_period=365, max_node_num=20)
"""Sample tenants outlive the week that a new account has: a demo should still be one after it."""
_NAMESPACE = Settings().namespace


def client(admin: Path) -> Client:
    """A client with the administrator's kubeconfig."""
    return Client(kubeconfig.load(admin))


async def installed(api: Client, log: Path) -> None:
    """Everything that ``yurt-console install`` makes; its lines go to ``log``."""
    with log.open("w") as file:
        await install.into(api, _NAMESPACE, lambda line: print(line, file=file))


async def grant(api: Client, account: str, file: Path, seconds: int) -> None:
    """Write a kubeconfig for a ServiceAccount of the console's own, for us alone."""
    asked = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": seconds},
    }
    found = await api.create(SERVICE_ACCOUNTS, asked, _NAMESPACE, name=account, subresource="token")
    token = found["status"]["token"]
    text = kubeconfig.render(api.server, api.credentials.ca, account, token, _NAMESPACE, "demo")
    private_files.write_private(file, text)


async def make(api: Client, accounts: Sequence[Account]) -> None:
    """Make the accounts, and hand each tenant the namespace with its sample applications."""
    await asyncio.gather(*(_make(api, account) for account in accounts))


async def _make(api: Client, account: Account) -> None:
    who = profile.Contact(account.email, account.phone, account.organization)
    try:
        user = await api.create(
            USERS, user_objects.new_user(who, account.record, _ACCOUNTS, role=account.role)
        )
    except AlreadyExists:  # an earlier first run was stopped half-way
        user = await api.get(USERS, account.name)
    owned = {
        "labels": {TENANT_LABEL: account.name},
        "annotations": {UID_ANNOTATION: user["metadata"]["uid"]},
    }
    with contextlib.suppress(NotFound):  # then the operator makes it
        await api.merge_patch(NAMESPACES, account.name, {"metadata": owned})


async def provided(api: Client, accounts: Sequence[Account], within: float) -> None:
    """Wait until the operator has provided for all accounts that are there, but no longer than ``within``."""
    names = {account.name for account in accounts}
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        found = [user for user in await api.list(USERS) if user["metadata"]["name"] in names]
        if all(map(_is_provided, found)):
            return
        await asyncio.sleep(0.1)


def _is_provided(user: Object) -> bool:
    return bool((user.get("status") or {}).get("effectiveTime"))


async def standing(api: Client, account: Account) -> str:
    """What has become of the account since its token was made: "" when that still holds."""
    try:
        user = await api.get(USERS, account.name)
    except NotFound:
        return "deleted since"
    record = str((user.get("spec") or {}).get("token", ""))
    return "" if tokens.verify(account.token, record) else "has another token now"

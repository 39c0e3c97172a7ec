"""Steps of the demo in its cluster: installation, sample accounts, credentials."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

from apimachinery.resources import NAMESPACES, SERVICE_ACCOUNTS
from yurt_console.cli import install as installation
from yurt_console.cli import private_files
from yurt_console.cli.demo.sample_accounts import Account
from yurt_console.custom_resources import USERS
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import AlreadyExists, NotFound
from yurt_console.settings import Settings, settings_of
from yurt_console.tenancy.accounts import profile, tokens, user_objects
from yurt_console.tenancy.naming import UID_ANNOTATION
from yurt_console.yurt.well_known_labels import TENANT_LABEL

_ACCOUNTS = settings_of(valid_period=365, max_node_num=20)
"""Sample accounts live longer than the week of a new account: a demo should work after it."""
_NAMESPACE = Settings().cluster.namespace


def client(admin: Path) -> Client:
    """A client with the administrator's kubeconfig."""
    return Client(kubeconfig.load(admin))


async def install(api: Client, log: Path) -> None:
    """Everything that ``yurt-console install`` makes; its lines go to ``log``."""
    with log.open("w") as file:
        await installation.into(api, _NAMESPACE, lambda line: print(line, file=file))


async def write_kubeconfig(api: Client, account: str, file: Path, seconds: int) -> None:
    """Write a kubeconfig for a ServiceAccount of the console, with mode 0600."""
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": seconds},
    }
    found = await api.create(SERVICE_ACCOUNTS, request, _NAMESPACE, name=account, subresource="token")
    token = found["status"]["token"]
    text = kubeconfig.render(api.server, api.credentials.ca, account, token, _NAMESPACE, "demo")
    private_files.write_private(file, text)


async def create_accounts(api: Client, accounts: Sequence[Account]) -> None:
    """Create the accounts, and give each tenant the namespace with its sample applications."""
    await asyncio.gather(*(_create_account(api, account) for account in accounts))


async def _create_account(api: Client, account: Account) -> None:
    contact = profile.Contact(account.email, account.phone, account.organization)
    try:
        user = await api.create(
            USERS, user_objects.new_user(contact, account.record, _ACCOUNTS, role=account.role)
        )
    except AlreadyExists:  # an earlier first run was interrupted
        user = await api.get(USERS, account.name)
    owned = {
        "labels": {TENANT_LABEL: account.name},
        "annotations": {UID_ANNOTATION: user["metadata"]["uid"]},
    }
    with contextlib.suppress(NotFound):  # then the operator creates it
        await api.merge_patch(NAMESPACES, account.name, {"metadata": owned})


async def wait_provisioned(api: Client, accounts: Sequence[Account], seconds: float) -> None:
    """Wait until the operator has provisioned all accounts that exist, for at most ``seconds``."""
    names = {account.name for account in accounts}
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = [user for user in await api.list(USERS) if user["metadata"]["name"] in names]
        if all(map(_is_provisioned, found)):
            return
        await asyncio.sleep(0.1)


def _is_provisioned(user: Object) -> bool:
    return bool((user.get("status") or {}).get("effectiveTime"))


async def change_since(api: Client, account: Account) -> str:
    """What changed since the account's token was issued: "" when the token is valid."""
    try:
        user = await api.get(USERS, account.name)
    except NotFound:
        return "deleted since"
    record = str((user.get("spec") or {}).get("token", ""))
    return "" if tokens.verify(account.token, record) else "has another token now"

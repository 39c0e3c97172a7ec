"""``yurt-console users``: accounts from the command line, with or without a running operator.

A token goes to standard output, alone, so that scripts can take it; explanations go to standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

import msgspec

from yurt_console.cache.rows import DECODERS
from yurt_console.cli import connection
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import AlreadyExists, KubeError, NotFound
from yurt_console.kube.objects import User
from yurt_console.kube.resources import USERS
from yurt_console.settings import Settings
from yurt_console.tenancy import contact, principals, tokens, users
from yurt_console.tenancy.principals import ADMIN
from yurt_console.tenancy.users import name_of

_CREDENTIALS = ("token", "kubeConfig", "nodeAddScript")


def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """Carry out ``users create|list|reset-token|delete``; exceptions are from the `KubeError` tree."""
    return asyncio.run(_run(settings, arguments))


async def _run(settings: Settings, arguments: argparse.Namespace) -> int:
    async with connection.client(settings) as client:
        try:
            await client.served(USERS)
        except NotFound:
            raise KubeError("the cluster has no User kind yet: run yurt-console install first") from None
        match arguments.action:
            case "create":
                await _create(client, settings, arguments)
            case "list":
                await _list(client, arguments.output)
            case "reset-token":
                await _reset(client, await _name(client, arguments), arguments.output)
            case "delete":
                await _delete(client, await _name(client, arguments))
    return 0


async def _create(client: Client, settings: Settings, arguments: argparse.Namespace) -> None:
    contact.require_region(settings.phone_region)
    given = (arguments.email, arguments.phone, arguments.organization)
    who = contact.read(*given, region=settings.phone_region)
    token, record = tokens.issue()
    try:
        user = users.new_user(who, record, settings, role=arguments.role)
        created = await client.create(USERS, user)
    except AlreadyExists:
        raise KubeError(f"there is an account of {who.email} already ({name_of(who.email)})") from None
    name = created["metadata"]["name"]
    if arguments.output == "json":
        _print_json({"name": name, "email": who.email, "role": arguments.role, "token": token})
        return
    print(token)
    if arguments.role == ADMIN:
        _explain(f"Administrator {name} is made and can log in with this token. It is shown only now.")
    else:
        _explain(
            f"Account {name} is made; this is its token, shown only now. Its namespace, kubeconfig and join"
            " script are there moments after, as long as yurt-console operator runs."
        )


async def _list(client: Client, output: str) -> None:
    found = await client.list(USERS)
    if output == "json":
        _print_json([_without_credentials(user) for user in found])
        return
    now = datetime.now(UTC)
    rows = [cast(User, DECODERS[USERS].row(msgspec.json.encode(user))) for user in found]
    _print_table(
        ("NAME", "EMAIL", "ROLE", "STATE", "ENDS", "ORGANIZATION"),
        [_line(row, now) for row in sorted(rows, key=lambda row: row.created)],
    )


def _line(row: User, now: datetime) -> tuple[str, ...]:
    principal, end = principals.of(row, now), principals.ends(row)
    ends = end.strftime("%Y-%m-%d %H:%M") if end else ("never" if row.valid_period == 0 else "-")
    return (row.name, row.email, principal.role, principal.state.value, ends, row.organization)


async def _reset(client: Client, name: str, output: str) -> None:
    token, _ = await users.reset_token(client, name)
    if output == "json":
        _print_json({"name": name, "token": token})
        return
    print(token)
    _explain(f"This is the new token of {name}, shown only now. The old one and all its sessions have ended.")


async def _delete(client: Client, name: str) -> None:
    await client.delete(USERS, name)
    _explain(
        f"Account {name} is being deleted: yurt-console operator takes its rights away, then removes its"
        " namespace with everything in it."
    )


async def _name(client: Client, arguments: argparse.Namespace) -> str:
    """The User's name for what was given: a name, or an e-mail."""
    asked: str = arguments.account or arguments.email
    if "@" not in asked:
        await _present(client, asked, asked)
        return asked
    email = contact.canonical_email(asked)
    await _present(client, name_of(email), email)
    return name_of(email)


async def _present(client: Client, name: str, asked: str) -> None:
    try:
        await client.get(USERS, name)
    except NotFound:
        raise KubeError(f"there is no account {asked}") from None


def _without_credentials(user: Object) -> Object:
    spec = {key: value for key, value in user.get("spec", {}).items() if key not in _CREDENTIALS}
    metadata = {key: user["metadata"].get(key) for key in ("name", "uid", "creationTimestamp")}
    return {"metadata": metadata, "spec": spec, "status": user.get("status", {})}


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _print_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    widths = [max(len(line[place]) for line in (head, *lines)) for place in range(len(head))]
    for line in (head, *lines):
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _explain(text: str) -> None:
    print(text, file=sys.stderr)

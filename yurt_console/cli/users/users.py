"""``yurt-console users``: account administration, with or without a running operator.

Standard output holds what scripts read: a token alone, a table, JSON; explanations go to standard error.
The rules are those of the HTTP API (`tenancy.accounts.administration`); here they apply to administrators'
accounts too, with the permissions of the kubeconfig.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from apimachinery.errors import BadRequestError, StatusError
from yurt_console.cache.wire import users as wire_users
from yurt_console.cli import cluster_client
from yurt_console.cli.users import formatting
from yurt_console.custom_resources import USERS
from yurt_console.kube.client import Client
from yurt_console.kube.errors import AlreadyExists, ApiError, KubeError, NotFound
from yurt_console.settings import SettingError, Settings
from yurt_console.tenancy.accounts import administration, profile, tokens, user_objects
from yurt_console.tenancy.accounts.user_objects import Edit, name_of
from yurt_console.tenancy.identity.principals import ADMIN
from yurt_console.tenancy.provisioning import limits

NO_ACCOUNT: Final = 3
"""The exit code when no account has this name."""


class _NoAccount(Exception):
    """No account has the given name or e-mail."""


def run(settings: Settings, arguments: argparse.Namespace, now: datetime | None = None) -> int:
    """Carry out one action, at ``now`` (aware) or by the machine's clock.

    Exceptions are from the `KubeError` tree, or `SettingError` for a wrong call.
    """
    try:
        if arguments.action == "delete" and not arguments.yes:
            # outside of any event loop, which would swallow Ctrl-C
            _confirm(asyncio.run(_found(settings, arguments)))
        asyncio.run(_run(settings, arguments, now or datetime.now(UTC)))
    except _NoAccount as error:
        _explain(f"yurt-console: {error}")
        return NO_ACCOUNT
    except BadRequestError as error:  # names the field, which is a flag here
        raise SettingError(error.status.message) from None
    except StatusError as error:
        raise KubeError(error.status.message) from None
    return 0


async def _run(settings: Settings, arguments: argparse.Namespace, now: datetime) -> None:
    edit, grace = _edit(arguments, now), timedelta(days=settings.account.grace_period)
    async with cluster_client.client(settings) as client:
        await _served(client)
        if arguments.action == "create":
            await _create(client, settings, arguments)
        elif arguments.action == "list":
            await _list(client, arguments, now, grace)
        else:
            name = await _name(client, arguments)
            match arguments.action:
                case "show":
                    await _show(client, name, arguments.output, now, grace)
                case "reset-token":
                    await _reset(client, name, arguments.output)
                case "delete":
                    await _delete(client, name)
                case _:
                    await _change(client, name, edit)
                    await _show(client, name, arguments.output, now, grace)


def _edit(arguments: argparse.Namespace, now: datetime) -> Edit:
    """The edit of a changing action. Raises `BadRequestError` naming every wrong flag."""
    match arguments.action:
        case "approve":
            return lambda _user: administration.approved()
        case "renew":
            renewal = administration.read_renewal({"days": arguments.days, "until": arguments.until}, now)
            return lambda user: administration.renewed(user, renewal, now)
        case "set":
            quota = {name: getattr(arguments, f"quota_{name}") for name in ("cpu", "memory", "pods")}
            fields = administration.read_limits({"maxNodeNum": arguments.max_node_num, "quota": quota})
            return lambda _user: fields
        case "suspend":
            reason = administration.read_reason({"reason": arguments.reason})
            return lambda _user: administration.suspended(reason)
        case "resume":
            return lambda _user: administration.resumed()
        case _:
            return lambda _user: {}


async def _create(client: Client, settings: Settings, arguments: argparse.Namespace) -> None:
    profile.require_region(settings.registration.phone_region)
    limits.require_quota(settings)
    given = (arguments.email, arguments.phone, arguments.organization)
    contact = profile.read(*given, region=settings.registration.phone_region)
    token, record = tokens.issue()
    try:
        user = user_objects.new_user(contact, record, settings, role=arguments.role)
        created = await client.create(USERS, user)
    except AlreadyExists:
        raise KubeError(
            f"there is an account of {contact.email} already ({name_of(contact.email)})"
        ) from None
    name = created["metadata"]["name"]
    if arguments.output == "json":
        _print_json({"name": name, "email": contact.email, "role": arguments.role, "token": token})
        return
    print(token)
    if arguments.role == ADMIN:
        _explain(f"Administrator {name} is made and can log in with this token. It is shown only now.")
    else:
        _explain(
            f"Account {name} is made; this is its token, shown only now. Its namespace, kubeconfig and join"
            " script are there moments after, as long as yurt-console operator runs."
        )


async def _list(client: Client, arguments: argparse.Namespace, now: datetime, grace: timedelta) -> None:
    found = await client.list(USERS, decode=wire_users.USERS.object_and_row)
    records = [(formatting.record(user, row, now, grace), row) for user, row in found]
    chosen = [each for each in records if arguments.phase in (None, each[0]["phase"])]
    if arguments.output == "json":
        _print_json([record for record, _ in chosen])
    else:
        print(formatting.table([row for _, row in chosen], now, grace))


async def _show(client: Client, name: str, output: str, now: datetime, grace: timedelta) -> None:
    user, row = await client.get(USERS, name, decode=wire_users.USERS.object_and_row)
    if output == "json":
        _print_json(formatting.record(user, row, now, grace))
    else:
        print(formatting.page(row, now, grace))


async def _change(client: Client, name: str, edit: Edit) -> None:
    try:
        await user_objects.change(client, name, edit)
    except NotFound:
        raise
    except (StatusError, ApiError) as error:
        if isinstance(error, BadRequestError):
            raise
        raise KubeError(error.status.message) from None


async def _reset(client: Client, name: str, output: str) -> None:
    token, _ = await user_objects.reset_token(client, name)
    if output == "json":
        _print_json({"name": name, "token": token})
        return
    print(token)
    _explain(f"This is the new token of {name}, shown only now. The old one and all its sessions have ended.")


def _confirm(name: str) -> None:
    """Return after the user typed the account's name. Raises `SettingError`, `KubeError`."""
    if not sys.stdin.isatty():
        raise SettingError("deleting an account cannot be undone: give --yes")
    _explain(f"This deletes {name} with its nodes, its namespace and everything in it, for good.")
    print("Type the account's name to go on: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != name:
        raise KubeError("that is another name; nothing was deleted")


async def _delete(client: Client, name: str) -> None:
    await client.delete(USERS, name)
    _explain(
        f"Account {name} is being deleted: yurt-console operator revokes its permissions, then removes its"
        " nodes and its namespace with everything in it."
    )


async def _found(settings: Settings, arguments: argparse.Namespace) -> str:
    """The name of the account given. Raises `_NoAccount`."""
    async with cluster_client.client(settings) as client:
        await _served(client)
        return await _name(client, arguments)


async def _served(client: Client) -> None:
    try:
        await client.served(USERS)
    except NotFound:
        raise KubeError("the cluster has no User kind yet: run yurt-console install first") from None


async def _name(client: Client, arguments: argparse.Namespace) -> str:
    """The User's name, from a name or an e-mail address. Raises `_NoAccount`."""
    given: str = arguments.account or arguments.email
    email = profile.canonical_email(given)
    name = name_of(email) if "@" in given else given
    try:
        await client.get(USERS, name)
    except NotFound:
        raise _NoAccount(f"there is no account {email if '@' in given else given}") from None
    return name


def _print_json(value: Mapping[str, Any] | list[Mapping[str, Any]]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _explain(text: str) -> None:
    print(text, file=sys.stderr)

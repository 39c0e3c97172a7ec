"""User objects at the API server: names, creation, and changes under optimistic concurrency.

The console and the command line share it. A User's name is derived from the e-mail: a second registration
is a 409 of the API server, and no e-mail appears in namespaces or labels.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeAlias, TypeVar

from apimachinery.errors import ConflictError, NotFoundError
from apimachinery.times import parse_time
from yurt_console.cache.wire import users as wire_users
from yurt_console.custom_resources import USERS
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import AlreadyExists, Conflict, NotFound
from yurt_console.rows import User
from yurt_console.settings import Settings
from yurt_console.tenancy.accounts import tokens
from yurt_console.tenancy.accounts.profile import Contact
from yurt_console.tenancy.identity.principals import ADMIN, TENANT
from yurt_console.tenancy.provisioning import limits

REGISTRATION = "user.openyurt.io/registration"
"""Annotation: ``<salt>:<hash of the Idempotency-Key>:<hash of the three fields>``."""
REPEAT_SECONDS = 600
"""Seconds after its creation in which a registration may be repeated."""
_ATTEMPTS = 5

T = TypeVar("T")
Edit: TypeAlias = Callable[[User], Mapping[str, Any]]
"""Maps the current User to the fields of ``spec`` to merge; may raise `StatusError`."""


def name_of(email: str) -> str:
    """The name of the User for a canonical e-mail."""
    return "user-" + hashlib.sha256(email.lower().encode()).hexdigest()[:20]


def new_user(
    contact: Contact,
    record: str,
    settings: Settings,
    *,
    role: str = TENANT,
    key: str = "",
    approved: bool = True,
) -> Object:
    """The User object to create. ``key`` is the Idempotency-Key; administrators never expire."""
    admin = role == ADMIN
    annotations = {REGISTRATION: _registration(secrets.token_hex(16), key, contact)} if key else {}
    return {
        "apiVersion": USERS.api_version(USERS.versions[0]),
        "kind": USERS.kind,
        "metadata": {"name": name_of(contact.email), "annotations": annotations},
        "spec": {
            "email": contact.email,
            "mobilephone": contact.phone,
            "organization": contact.organization,
            "token": record,
            "tokenGeneration": 1,
            "role": role,
            "approved": approved,
            "suspended": False,
            "validPeriod": 0 if admin else settings.account.valid_period,
            "maxNodeNum": 0 if admin else settings.account.max_node_num,
            **({} if admin else {"quota": limits.given(settings)}),
        },
    }


def is_repeat(user: Mapping[str, Any], key: str, contact: Contact, now: float) -> bool:
    """Whether ``user`` was created recently by registering ``contact`` with this Idempotency-Key.

    ``now`` is Unix time; a clock behind the API server's does no harm.
    """
    metadata = user.get("metadata") or {}
    stored = str((metadata.get("annotations") or {}).get(REGISTRATION, ""))
    created = parse_time(str(metadata.get("creationTimestamp", "")))
    fresh = created is not None and now - created.timestamp() < REPEAT_SECONDS
    expected = _registration(stored.partition(":")[0], key, contact)
    return key != "" and fresh and hmac.compare_digest(stored.encode(), expected.encode())


async def repeat(
    client: Client, conflict: AlreadyExists, contact: Contact, key: str, now: float
) -> tuple[str, str]:
    """Issue a new token for a repeated registration; returns token and record, and ends the old token.

    Raises ``conflict``, the API server's own, when another registration made the User. Retries on conflicts
    like `reset_token`, because the operator writes to the User at the same time.
    """

    async def replace(client: Client, user: Object, row: User) -> tuple[str, str]:
        if not is_repeat(user, key, contact, now):
            raise conflict
        return await _replace_token(client, user, row)

    return await _persistently(client, name_of(contact.email), replace)


async def reset_token(client: Client, name: str) -> tuple[str, str]:
    """Issue a new token; returns token and record. The old token and all its sessions end.

    Raises `NotFoundError`, `Conflict` when other clients keep changing the User, and other `KubeError`s.
    """
    return await _persistently(client, name, _replace_token)


async def end_sessions(client: Client, name: str) -> int:
    """End all browser sessions of the account; its token stays. Returns the new generation.

    Raises as `reset_token` does.
    """
    return await _persistently(client, name, lambda client, user, row: _patch(client, user, row, {}))


async def change(client: Client, name: str, edit: Edit, *, uid: str = "") -> User:
    """Merge the fields that ``edit`` returns into the account's spec; returns the resulting row.

    Writes nothing when the spec is equal already. With ``uid`` only that account is changed, not a later one
    of the same name. Raises `NotFoundError`, `ConflictError` when the account is being deleted, the API
    server's `Conflict` when other clients keep changing it, other `KubeError`s, and the exceptions of
    ``edit``.
    """

    async def write(client: Client, user: Object, row: User) -> User:
        if uid not in ("", row.uid):
            raise _gone()
        if row.deleting:
            raise ConflictError.of("the account is being deleted", cause="AccountTerminating")
        fields = edit(row)
        spec = user.get("spec") or {}
        if _is_so(spec, fields):
            return row
        patch = {"metadata": _version(user), "spec": fields}
        return await client.merge_patch(USERS, name, patch, decode=wire_users.USERS.row)

    return await _persistently(client, name, write)


def _gone() -> NotFoundError:
    return NotFoundError.of("the account has been deleted", field="name")


def _is_so(spec: Mapping[str, Any], fields: Mapping[str, Any]) -> bool:
    """Whether merging ``fields`` into ``spec`` would change nothing."""
    return all(
        _is_so(spec.get(field) or {}, value) if isinstance(value, Mapping) else spec.get(field) == value
        for field, value in fields.items()
    )


async def _persistently(
    client: Client, name: str, change: Callable[[Client, Object, User], Coroutine[None, None, T]]
) -> T:
    """Read and ``change`` the User, retrying on conflicts. Raises `NotFoundError`, `Conflict`."""

    async def attempt() -> T:
        return await change(client, *await client.get(USERS, name, decode=wire_users.USERS.object_and_row))

    try:
        for _ in range(_ATTEMPTS - 1):
            with contextlib.suppress(Conflict):
                return await attempt()
        return await attempt()
    except NotFound:
        raise _gone() from None


async def _replace_token(client: Client, user: Object, row: User) -> tuple[str, str]:
    token, record = tokens.issue()
    await _patch(client, user, row, {"token": record})
    return token, record


async def _patch(client: Client, user: Object, row: User, spec: Mapping[str, Any]) -> int:
    """Patch ``spec`` with the next generation, conditional on the resourceVersion that was read."""
    generation = row.token_generation + 1
    patch = {"metadata": _version(user), "spec": {**spec, "tokenGeneration": generation}}
    await client.merge_patch(USERS, row.name, patch)
    return generation


def _version(user: Object) -> Object:
    """The metadata of a patch that applies only to ``user`` as it was read."""
    metadata = user["metadata"]
    return {"uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]}


def _registration(salt: str, key: str, contact: Contact) -> str:
    fields = "\n".join((contact.email, contact.phone, contact.organization))
    return ":".join((salt, _hash(salt, key), _hash(salt, fields)))


def _hash(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}.{text}".encode()).hexdigest()

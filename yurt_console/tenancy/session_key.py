"""The key that seals session cookies: 32 random bytes in one Secret, shared by all replicas."""

from __future__ import annotations

from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import AlreadyExists, MalformedReply, NotFound
from yurt_console.kube.resources import SECRETS
from yurt_console.tenancy import sessions

SECRET_NAME = "yurt-console-session"  # noqa: S105 - a Secret's name
_ENTRY = "key"


async def get_or_create(client: Client, namespace: str) -> bytes:
    """The shared key; made by whichever replica starts first.

    Raises `KubeError` when the Secret can be neither read nor made, and `MalformedReply` when it is
    there and holds something else.
    """
    try:
        secret = await client.get(SECRETS, SECRET_NAME, namespace)
    except NotFound:
        try:
            secret = await client.create(SECRETS, _fresh(namespace), namespace)
        except AlreadyExists:  # another replica was faster: its key is the key
            secret = await client.get(SECRETS, SECRET_NAME, namespace)
    key = key_in(secret)
    if key is None:
        raise MalformedReply(
            f"Secret {namespace}/{SECRET_NAME} holds no 32 byte {_ENTRY!r}: delete it and a new one is made"
        )
    return key


def key_in(secret: Object) -> bytes | None:
    """The key that a Secret holds, None when it holds none."""
    return sessions.read_key(str((secret.get("data") or {}).get(_ENTRY, "")))


def _fresh(namespace: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": SECRET_NAME, "namespace": namespace},
        "type": "Opaque",
        "data": {_ENTRY: sessions.new_key()},
    }

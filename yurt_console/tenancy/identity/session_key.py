"""The key of session cookies: 32 random bytes in one Secret, shared by all replicas."""

from __future__ import annotations

from apimachinery.resources import SECRETS
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import AlreadyExists, MalformedReply, NotFound
from yurt_console.tenancy.identity import sessions

SECRET_NAME = "yurt-console-session"  # noqa: S105 - a Secret's name
_ENTRY = "key"


class SessionKey:
    """The shared key in one process; unknown until it has been read from the API server."""

    def __init__(self, value: bytes = b"") -> None:
        self._value = value

    @property
    def known(self) -> bool:
        """Whether sessions can be sealed and opened."""
        return self._value != b""

    @property
    def value(self) -> bytes:
        """The key. Raises `LookupError` before it is known: an empty key would let anyone seal a session."""
        if not self._value:
            raise LookupError("the session key is not known yet")
        return self._value

    def learn(self, value: bytes) -> None:
        """Set the key that was read from the API server."""
        self._value = value


async def get_or_create(client: Client, namespace: str) -> bytes:
    """Read the shared key; the first replica creates it.

    Raises `KubeError` when the Secret can be neither read nor created, and `MalformedReply` when its content
    is not a key.
    """
    try:
        secret = await client.get(SECRETS, SECRET_NAME, namespace)
    except NotFound:
        try:
            secret = await client.create(SECRETS, _fresh(namespace), namespace)
        except AlreadyExists:  # another replica created it first: its key is the shared one
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

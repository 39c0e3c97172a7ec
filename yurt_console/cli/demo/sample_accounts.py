"""The demo's accounts: an administrator and the sample tenants, with tokens issued on the first run.

The console shows a token once; the demo keeps its own in a file with mode 0600 and shows them again.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from yurt_console.cli import private_files
from yurt_console.cli.demo.tenants import TENANTS
from yurt_console.kube.errors import KubeError
from yurt_console.tenancy.accounts import tokens, user_objects
from yurt_console.tenancy.identity.principals import ADMIN, TENANT

_ADMINISTRATOR = ("admin@example.com", "+8613800138000", "Platform administration")


class Account(msgspec.Struct, frozen=True):
    """An account of the demo."""

    email: str
    phone: str
    organization: str
    role: str
    token: str
    record: str
    """The token's hash, as the User object stores it."""

    def __repr__(self) -> str:
        return f"Account({self.email!r})"

    @property
    def name(self) -> str:
        """The User's name."""
        return user_objects.name_of(self.email)


def load(file: Path) -> list[Account]:
    """The accounts in ``file``; the first run creates and writes them.

    Raises OSError, and `KubeError` when the file is damaged.
    """
    if file.exists():
        try:
            return msgspec.json.decode(file.read_bytes(), type=list[Account])
        except msgspec.MsgspecError:
            raise KubeError(f"{file} is damaged: delete the demo's folder to begin again") from None
    people = [(*_ADMINISTRATOR, ADMIN)]
    people += [(each.email, each.phone, each.organization, TENANT) for each in TENANTS]
    # written before the first account is created: a token that is not stored is lost
    created = [Account(*person, *tokens.issue()) for person in people]
    private_files.write_private(file, msgspec.json.format(msgspec.json.encode(created)).decode() + "\n")
    return created

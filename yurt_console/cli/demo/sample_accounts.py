"""The demo's accounts: an administrator and the sample tenants, with tokens made anew on the first run.

A token can be seen once only, when it is made; so the demo keeps its own in a file for its owner alone
and can show them again.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from kubesim.seeds.tenants import TENANTS
from yurt_console.cli import private_files
from yurt_console.kube.errors import KubeError
from yurt_console.tenancy.accounts import tokens, user_objects
from yurt_console.tenancy.identity.principals import ADMIN, TENANT

_ADMINISTRATOR = ("admin@example.com", "+8613800138000", "Platform administration")


class Account(msgspec.Struct, frozen=True):
    """An account the demo has made."""

    email: str
    phone: str
    organization: str
    role: str
    token: str
    record: str
    """What the User object holds of the token."""

    def __repr__(self) -> str:
        return f"Account({self.email!r})"

    @property
    def name(self) -> str:
        """The User's name."""
        return user_objects.name_of(self.email)


def kept(file: Path) -> list[Account]:
    """The accounts that ``file`` holds; on the first run they are made up and written to it.

    Raises OSError, and `KubeError` when the file is damaged.
    """
    if file.exists():
        try:
            return msgspec.json.decode(file.read_bytes(), type=list[Account])
        except msgspec.MsgspecError:
            raise KubeError(f"{file} is damaged: delete the demo's folder to begin again") from None
    people = [(*_ADMINISTRATOR, ADMIN)]
    people += [(each.email, each.phone, each.organization, TENANT) for each in TENANTS]
    # written before the first account is made: a token that is not kept would be lost for good
    made = [Account(*person, *tokens.issue()) for person in people]
    private_files.write_private(file, msgspec.json.format(msgspec.json.encode(made)).decode() + "\n")
    return made

"""Messages of the demo, for first-time users."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from yurt_console.tenancy.identity.principals import ADMIN

if TYPE_CHECKING:
    from yurt_console.cli.demo.sample_accounts import Account


def say(text: str = "") -> None:
    """Print one line, unbuffered."""
    print(text, flush=True)


def greeting(folder: Path) -> None:
    """Introduction, and the data folder."""
    say("Yurt Console on a simulated cluster: no container runs, and no machine stands behind a node.")
    say(f"Its data is in {folder}")
    say()


def step(what: str, log: Path) -> None:
    """The step under way, and its log."""
    say(f"  {what:<36} log: {log.name}")


def taken(what: str, wanted: int, port: int) -> None:
    """A port differs from the default, because that is in use."""
    say(f"  port {wanted} is taken, so {what} uses {port}")


def ready(folder: Path, port: int, admin: Path, accounts: Sequence[tuple[Account, str]]) -> None:
    """Address, accounts and next steps."""
    address, program = f"http://127.0.0.1:{port}", _program()
    say()
    say(f"Yurt Console is ready:  {address}/")
    say()
    _table(accounts)
    say(f"  kept, readable by you alone, in {folder / 'accounts.json'}")
    say()
    tenant = next((one for one, change in accounts if one.role != ADMIN and not change), None)
    login = f"email={tenant.email}&token={tenant.token}" if tenant else "email=E-MAIL&token=TOKEN"
    for what, command in (
        ("Ask the API", f"curl '{address}/clusterOverview?token={tenant.token if tenant else 'TOKEN'}'"),
        (
            "Register an account",
            f"curl {address}/register -H 'Content-Type: application/json' -d"
            ' \'{"email": "you@example.com", "phone": "13800138009", "organization": "You"}\'',
        ),
        (
            "Let a simulated machine join",
            f"curl -s '{address}/login?{login}' | {program} simulate-node --kubeconfig-from -",
        ),
        ("Look at the cluster", f"export KUBECONFIG={shlex.quote(str(admin))}; kubectl get nodes"),
        ("Lose a node", f"{program} simulate fault lose-node NAME --kubeconfig {shlex.quote(str(admin))}"),
        ("Forget everything", f"rm -rf {shlex.quote(str(folder))}"),
    ):
        say(f"  {what}:\n      {command}")
    say()
    say("Ctrl-C stops it; the next start continues from the same state.")


def stopping() -> None:
    """The demo is stopping."""
    say("\nStopping.")


def stopped() -> None:
    """The demo has stopped."""
    say("Everything has stopped.")


def _table(accounts: Sequence[tuple[Account, str]]) -> None:
    lines = [
        (account.role, account.organization, account.email, change or account.token)
        for account, change in accounts
    ]
    head = ("ROLE", "ORGANIZATION", "E-MAIL", "TOKEN")
    widths = [max(len(line[place]) for line in (head, *lines)) for place in range(len(head))]
    for line in (head, *lines):
        say(("  " + "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True))).rstrip())


def _program() -> str:
    """The name this program was called by."""
    name = sys.argv[0]
    return "yurt-console" if name.endswith(".py") else shlex.quote(name)

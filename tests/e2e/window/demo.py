"""The product as ``yurt-console demo`` starts it, with its sample tenants."""

from __future__ import annotations

import json
import re
import shutil
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import msgspec

from tests.cli.processes import Running
from tests.planes.kubernetes_api import MERGE, Api
from tests.planes.plane import free_ports
from tests.planes.simulated_plane import DATA
from yurt_console.cli.demo.sample_accounts import Account
from yurt_console.cli.demo.tenants import TENANTS
from yurt_console.custom_resources import USERS
from yurt_console.tenancy.identity.principals import ADMIN, TENANT


@dataclass
class Demo:
    """A running demo."""

    folder: Path
    address: str
    """Base URL of the console, without a trailing slash."""

    @cached_property
    def accounts(self) -> dict[str, Account]:
        """By e-mail."""
        file = (self.folder / "accounts.json").read_bytes()
        return {account.email: account for account in msgspec.json.decode(file, type=list[Account])}

    @property
    def admin(self) -> Account:
        """The administrator."""
        return next(account for account in self.accounts.values() if account.role == ADMIN)

    @property
    def tenant(self) -> Account:
        """A sample tenant with nodes and applications of every kind, most of them healthy."""
        return self.accounts[TENANTS[0].email]

    @cached_property
    def api(self) -> Api:
        """The simulated API server, as cluster administrator."""
        return Api.read(self.folder / "admin.kubeconfig")

    def register(self, email: str, organization: str = "OpenYurt users") -> Account:
        """Register a tenant through the API."""
        fields = {"email": email, "phone": "13800138000", "organization": organization}
        asked = urllib.request.Request(
            f"{self.address}/register", json.dumps(fields).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=60) as reply:
            answer = json.loads(reply.read())
        assert answer["ready"], f"{email} is still being prepared"
        return Account(email, fields["phone"], fields["organization"], TENANT, answer["token"], "")

    def let_begin(self, account: Account, days_ago: float) -> None:
        """Move the effective time of an account into the past."""
        begun = datetime.now(UTC) - timedelta(days=days_ago)
        status = {"effectiveTime": begun.strftime("%Y-%m-%dT%H:%M:%SZ")}
        path = self.api.path(USERS, account.name, subresource="status")
        self.api.done("PATCH", path, {"status": status}, content_type=MERGE)

    def copy(self, folder: Path) -> None:
        """Copy of the cluster's data file, as after a crash."""
        source = self.folder / DATA
        while True:
            # SQLite writes to the journal, and to the file at checkpoints only
            before = source.stat().st_mtime_ns
            for file in source.parent.glob(f"{DATA}*"):
                shutil.copy(file, folder)
            if source.stat().st_mtime_ns == before:
                return


@contextmanager
def demonstrated(parent: Path, *, seed: str = "small") -> Iterator[Demo]:
    """A running demo in its own folder below ``parent``."""
    folder = parent / "demo"
    ports = ("--port", str(free_ports(3)), "--api-port", str(free_ports(3)))
    running = Running("demo", "--data-dir", folder.name, "--seed", seed, *ports, cwd=parent)
    try:
        said = running.until("Ctrl-C stops it")
        found = re.search(r"is ready: +(http://127\.0\.0\.1:\d+)/", said)
        assert found, said
        yield Demo(folder, found[1])
        running.interrupt()
    finally:
        running.kill()

"""The operator's rows: many accounts, how long they take, and what keeping them costs when all is quiet."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

from apimachinery.resources import NAMESPACES, ROLE_BINDINGS, SECRETS, SERVICE_ACCOUNTS
from bench import users_page
from bench.processes import YURT_CONSOLE, Console, Process, command_line
from bench.report import Check, Fact, Promise, size_text
from bench.users_page import UsersPage
from tests.control_plane import ControlPlane
from tests.kubernetes_api import Api
from yurt_console.cli.demo.sample_accounts import Account
from yurt_console.custom_resources import USERS
from yurt_console.settings import Settings
from yurt_console.tenancy.accounts import profile, tokens, user_objects
from yurt_console.tenancy.identity.principals import ADMIN

_IDLE_SECONDS = 60.0
_NEW = 5
_WITHIN = 900.0
_IDLE_PERCENT, _NEW_SECONDS = 2.0, 5.0
_WRITTEN = (USERS, NAMESPACES, SERVICE_ACCOUNTS, ROLE_BINDINGS)


class Operator(Process):
    """``yurt-console operator``."""

    def __init__(self, kubeconfig: Path, log: Path) -> None:
        command = [str(YURT_CONSOLE), "operator", "--kubeconfig", str(kubeconfig)]
        super().__init__([*command, "--lease-duration", "3", "--log-level", "warning"], log)

    def __enter__(self) -> Operator:
        return self

    def rested(self) -> float:
        """Seconds from its start until it had nothing more to do."""
        while time.monotonic() < self.started + _WITHIN:
            before, at = self.cpu(), time.monotonic()
            time.sleep(2.0)
            self.alive()
            if self.cpu() - before < 0.1 and before > 1.0:
                return at - self.started
        raise RuntimeError("the operator does not come to rest")


def kept(folder: Path, count: int, repeats: int) -> tuple[list[Fact], list[Check]]:
    """``count`` accounts on a real API server, made at once, kept, and found again after a restart.

    Their page is looked at ``repeats`` times. Raises RuntimeError.
    """
    plane = ControlPlane.start(folder / "accounts")
    try:
        plane.install_openyurt("v1.7")
        command_line("install", "--kubeconfig", str(plane.kubeconfig))
        log = folder / "operator.log"
        for number in range(count):
            _register(plane.api, f"user-{number}@example.com")
        with Operator(plane.kubeconfig, log) as operator:
            made = _all_effective(plane.api, operator, count)
            operator.rested()
            idle = _share(operator)
            memory = operator.memory()
            new = [_new(plane.api, f"new-{number}@example.com") for number in range(_NEW)]
            operator.rested()
            shown = _looked_at(plane, folder, repeats)
        before = _versions(plane.api)
        with Operator(plane.kubeconfig, log) as operator:
            settled, cpu = operator.rested(), operator.cpu()
        written = len(set(_versions(plane.api).items()) - set(before.items()))
    finally:
        plane.stop()
    facts = [
        Fact(f"{count:,} accounts made at once", "", f"{made:.0f} s", f"{count / made:.0f} a second"),
        Fact("operator, idle", f"<= {_IDLE_PERCENT:g} %", f"{idle:.2f} % of a core", ""),
        Fact("operator, memory", "", size_text(memory), ""),
        Fact(
            "a new registration until it is effective (median, slowest)",
            f"<= {_NEW_SECONDS:g} s",
            f"{statistics.median(new):.2f} s, {max(new):.2f} s",
            "",
        ),
        Fact("restart until everything was looked at", "", f"{settled:.0f} s", f"{cpu:.0f} s of CPU"),
        Fact("objects written by a restart", "0", str(written), ""),
    ]
    checks = [
        Check("operator, idle", Promise("CPU", _IDLE_PERCENT, "%"), idle),
        Check("a new registration", Promise("slowest", _NEW_SECONDS, "s"), max(new)),
        Check("a restart", Promise("writes", 0, ""), written),
    ]
    page, page_checks = users_page.facts(count + _NEW + 1, shown)
    return [*facts, *page], [*checks, *page_checks]


def _looked_at(plane: ControlPlane, folder: Path, repeats: int) -> UsersPage:
    """The page of all accounts, in the eyes of an administrator."""
    emails = [user["spec"]["email"] for user in plane.api.list(USERS)]
    token, record = tokens.issue()
    who = profile.read("admin@example.com", "13800138000", "ACME", region="CN")
    plane.api.create(USERS, user_objects.new_user(who, record, Settings(), role=ADMIN))
    admin = Account(who.email, who.phone, who.organization, ADMIN, token, record)
    with Console(plane.kubeconfig, folder / "console.log") as console:
        console.wait_ready()
        return users_page.measure(console, admin, emails, repeats)


def _register(api: Api, email: str) -> str:
    who = profile.read(email, "13800138000", "ACME", region="CN")
    api.create(USERS, user_objects.new_user(who, tokens.issue()[1], Settings(valid_period=300)))
    return user_objects.name_of(email)


def _effective(user: dict[str, Any]) -> bool:
    return bool(user.get("status", {}).get("effectiveTime"))


def _all_effective(api: Api, operator: Operator, count: int) -> float:
    while time.monotonic() < operator.started + _WITHIN:
        operator.alive()
        if sum(_effective(user) for user in api.list(USERS)) >= count:
            return time.monotonic() - operator.started
        time.sleep(1.0)
    raise RuntimeError("not all accounts became effective")


def _new(api: Api, email: str) -> float:
    begun = time.monotonic()
    name = _register(api, email)
    while not _effective(api.get(USERS, name)):
        if time.monotonic() > begun + 60:
            raise RuntimeError("a new account does not become effective")
        time.sleep(0.02)
    return time.monotonic() - begun


def _share(operator: Operator) -> float:
    before, at = operator.cpu(), time.monotonic()
    time.sleep(_IDLE_SECONDS)
    return (operator.cpu() - before) / (time.monotonic() - at) * 100


def _versions(api: Api) -> dict[str, str]:
    objects = [obj for resource in _WRITTEN for obj in api.list(resource)]
    objects += api.list(SECRETS, "kube-system")
    return {obj["metadata"]["uid"]: obj["metadata"]["resourceVersion"] for obj in objects}

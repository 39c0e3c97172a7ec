"""The mode ``--operator``: many accounts, time until they are effective, and the cost of an idle operator."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

from apimachinery.resources import NAMESPACES, ROLE_BINDINGS, SECRETS, SERVICE_ACCOUNTS
from bench.browser import users_page
from bench.browser.users_page import UsersPage
from bench.cluster.filled import install
from bench.cluster.processes import Console, Measured, Operator
from bench.report.machine import machine
from bench.report.model import Check, Fact, Promise, Report, Section, report
from bench.report.statistics import size_text
from tests.planes.control_plane import ControlPlane
from tests.planes.kubernetes_api import Api
from yurt_console.cli.demo.sample_accounts import Account
from yurt_console.custom_resources import USERS
from yurt_console.settings import Settings, settings_of
from yurt_console.tenancy.accounts import profile, tokens, user_objects
from yurt_console.tenancy.identity.principals import ADMIN

IDLE = Promise("CPU", 0.5, "x the API server")
NEW_ACCOUNT = Promise("slowest", 30, "x twenty writes in a row")
RESTART_WRITES = Promise("objects written", 0, "")
_IDLE_SECONDS = 60.0
_NEW_ACCOUNTS = 5
_EFFECTIVE_SECONDS = 900.0
_WRITES = 20
"""What a new account costs the API server, about."""
_WRITTEN = (USERS, NAMESPACES, SERVICE_ACCOUNTS, ROLE_BINDINGS)


def run(folder: Path, count: int, repeats: int) -> Report:
    """Create ``count`` accounts on a real API server, keep them idle, and restart the operator.

    The page of all accounts is used ``repeats`` times. Raises RuntimeError.
    """
    before = machine()
    plane = ControlPlane.start(folder / "accounts")
    try:
        install(plane)
        log = folder / "operator.log"
        register(plane.api, count)
        with Operator(plane.kubeconfig, log) as operator:
            created = wait_effective(plane.api, operator, count)
            operator.wait_idle()
            api_server = Measured(int((plane.folder / "apiserver.pid").read_text()))
            shares = _cpu_shares([operator, api_server])
            memory = operator.memory()
            writes, new = [], []
            for number in range(_NEW_ACCOUNTS):
                writes.append(_writes(plane.api, number))
                new.append(_new_account(plane.api, f"new-{number}@example.com"))
            operator.wait_idle()
            page = _use_page(plane, folder, repeats)
        versions = _versions(plane.api)
        with Operator(plane.kubeconfig, log) as operator:
            settled, cpu = operator.wait_idle(), operator.cpu()
        written = len(set(_versions(plane.api).items()) - set(versions.items()))
    finally:
        plane.stop()
    facts = (
        Fact(f"{count:,} accounts created at once", f"{created:.0f} s", f"{count / created:.0f} a second"),
        Fact("operator, memory", size_text(memory)),
        Fact(
            "a new registration until it is effective (median, slowest)",
            f"{statistics.median(new):.2f} s, {max(new):.2f} s",
            f"{_WRITES} writes in a row: {statistics.median(writes):.2f} s",
        ),
        Fact("restart until every account was reconciled", f"{settled:.0f} s", f"{cpu:.0f} s of CPU"),
    )
    checks = (
        Check(
            "operator, idle",
            IDLE,
            shares[0] / shares[1],
            f"{shares[0]:.2%} of a core",
            f"API server {shares[1]:.2%}",
        ),
        Check(
            "a new registration until it is effective",
            NEW_ACCOUNT,
            max(new) / statistics.median(writes),
            f"{max(new):.2f} s",
            f"{_WRITES} writes {statistics.median(writes):.2f} s",
        ),
        Check("a restart", RESTART_WRITES, written),
    )
    return report(
        f"The operator with {count:,} accounts",
        before,
        Section(facts, checks),
        users_page.section(count + _NEW_ACCOUNTS + 1, page),
    )


def register(api: Api, count: int) -> None:
    """Create ``count`` User objects, as registrations do."""
    for number in range(count):
        _register(api, f"user-{number}@example.com")


def wait_effective(api: Api, operator: Operator, count: int) -> float:
    """Wait for ``count`` effective accounts; seconds since the operator started. Raises RuntimeError."""
    while time.monotonic() < operator.started + _EFFECTIVE_SECONDS:
        operator.require_running()
        if sum(_is_effective(user) for user in api.list(USERS)) >= count:
            return time.monotonic() - operator.started
        time.sleep(1.0)
    raise RuntimeError("not all accounts became effective")


def _use_page(plane: ControlPlane, folder: Path, repeats: int) -> UsersPage:
    """Measure the page of all accounts as an administrator."""
    emails = [user["spec"]["email"] for user in plane.api.list(USERS)]
    token, record = tokens.issue()
    contact = profile.read("admin@example.com", "13800138000", "ACME", region="CN")
    plane.api.create(USERS, user_objects.new_user(contact, record, Settings(), role=ADMIN))
    admin = Account(contact.email, contact.phone, contact.organization, ADMIN, token, record)
    with Console(plane.kubeconfig, folder / "console.log") as console:
        console.wait_ready()
        return users_page.measure(console, admin, emails, repeats, folder / "floor.log")


def _register(api: Api, email: str) -> str:
    contact = profile.read(email, "13800138000", "ACME", region="CN")
    api.create(USERS, user_objects.new_user(contact, tokens.issue()[1], settings_of(valid_period=300)))
    return user_objects.name_of(email)


def _is_effective(user: dict[str, Any]) -> bool:
    return bool(user.get("status", {}).get("effectiveTime"))


def _new_account(api: Api, email: str) -> float:
    """Register one account; seconds until it is effective."""
    began = time.monotonic()
    name = _register(api, email)
    while not _is_effective(api.get(USERS, name)):
        if time.monotonic() > began + 60:
            raise RuntimeError("a new account does not become effective")
        time.sleep(0.02)
    return time.monotonic() - began


def _writes(api: Api, number: int) -> float:
    """Seconds that the API server takes for `_WRITES` new ServiceAccounts, one after another."""
    names = [f"bench-{number}-{each}" for each in range(_WRITES)]
    began = time.monotonic()
    for name in names:
        api.create(SERVICE_ACCOUNTS, {"metadata": {"name": name}}, "default")
    return time.monotonic() - began


def _cpu_shares(processes: list[Measured]) -> list[float]:
    """The part of a core that each process takes while nothing is requested."""
    before, began = [process.cpu() for process in processes], time.monotonic()
    time.sleep(_IDLE_SECONDS)
    seconds = time.monotonic() - began
    return [(process.cpu() - spent) / seconds for process, spent in zip(processes, before, strict=True)]


def _versions(api: Api) -> dict[str, str]:
    objects = [obj for resource in _WRITTEN for obj in api.list(resource)]
    objects += api.list(SECRETS, "kube-system")
    return {obj["metadata"]["uid"]: obj["metadata"]["resourceVersion"] for obj in objects}

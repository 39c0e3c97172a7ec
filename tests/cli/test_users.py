"""``yurt-console users`` on an API server: what each action says to people and scripts, and how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import pytest

from tests.cli.conftest import CommandResult
from tests.cli.processes import COMMAND, WITHIN
from tests.planes.plane import Plane
from yurt_console.custom_resources import USERS
from yurt_console.tenancy.accounts import tokens
from yurt_console.tenancy.accounts.user_objects import name_of

EMAIL = "ann@example.com"
ANN = ("--email", EMAIL, "--phone", "13800138000", "--organization", "ACME")
NAME = name_of(EMAIL)
ACTIONS = {
    "show": (),
    "approve": (),
    "renew": ("--days", "7"),
    "set": ("--max-node-num", "5"),
    "suspend": ("--reason", "unpaid"),
    "resume": (),
    "reset-token": (),
    "delete": ("--yes",),
}
"""Whatever is done to one account, with what it needs to be told."""
PROMPT = "Type the account's name to go on: "
_TOKEN = re.compile(r"\b[a-z2-7]{13}\.[a-z2-7]{32}\b")
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

Users: TypeAlias = Callable[..., CommandResult]


@pytest.fixture
def users(cluster: Plane, capsys: pytest.CaptureFixture[str]) -> Users:
    """Runs ``yurt-console users`` with some words."""
    return lambda *words: CommandResult(capsys, cluster.kubeconfig, "users", *words)


@pytest.fixture
def ann(users: Users) -> str:
    """An account; its token."""
    return users("create", *ANN).out.strip()


def test_create_prints_the_token_alone_and_it_is_the_right_one(cluster: Plane, users: Users) -> None:
    result = users("create", *ANN)
    assert result.code == 0
    token = result.out.removesuffix("\n")
    spec = cluster.api.get(USERS, NAME)["spec"]
    assert tokens.verify(token, spec["token"])
    assert (spec["role"], spec["validPeriod"], spec["mobilephone"]) == ("tenant", 7, "+8613800138000")
    again = users("create", *ANN)
    assert (again.code, again.out) == (1, "")
    assert "there is an account of ann@example.com already" in again.err


def test_administrators_do_not_expire(cluster: Plane, users: Users) -> None:
    made = json.loads(users("create", *ANN, "--role", "admin", "-o", "json").out)
    spec = cluster.api.get(USERS, made["name"])["spec"]
    assert (made["role"], spec["role"], spec["validPeriod"]) == ("admin", "admin", 0)
    assert tokens.verify(made["token"], spec["token"])


def test_settings_are_a_new_accounts_terms(cluster: Plane, users: Users) -> None:
    more = ["--valid-period", "30", "--max-node-num", "5", "--phone-region", "US"]
    more += ["--quota-cpu", "500m", "--quota-pods", "20"]
    ann = ("--email", EMAIL, "--phone", "907 555 0100", "--organization", "ACME")
    assert users("create", *ann, *more).code == 0
    spec = cluster.api.get(USERS, NAME)["spec"]
    assert (spec["validPeriod"], spec["maxNodeNum"], spec["mobilephone"]) == (30, 5, "+19075550100")
    assert spec["quota"] == {"cpu": "500m", "pods": 20}
    for wrong in (("--quota-cpu", "lots"), ("--quota-memory", "16 GB"), ("--quota-pods", "-1")):
        result = users("create", *ann, *wrong)
        assert (result.code, wrong[0][2:].replace("-", "_") in result.err) == (2, True)


def test_every_wrong_field_is_named(users: Users) -> None:
    result = users("create", "--email", "a@localhost", "--phone", "1", "--organization", " ")
    assert result.code == 2
    assert all(field in result.err for field in ("email", "phone", "organization"))


def test_nobody_is_shown_credentials(cluster: Plane, users: Users, ann: str) -> None:
    cluster.api.patch(USERS, NAME, {"spec": {"kubeConfig": "the-kubeconfig", "nodeAddScript": "the-script"}})
    listed = users("list", "-o", "json")
    [user] = json.loads(listed.out)
    assert user["spec"]["organization"] == "ACME"
    printed = [listed, users("list"), users("show", NAME), users("show", NAME, "-o", "json")]
    for secret in (*ann.split("."), "the-kubeconfig", "the-script"):
        assert not [result.out for result in printed if secret in result.out + result.err]


@pytest.mark.parametrize("account", [(NAME,), ("Ann@example.com",), ("--email", EMAIL)])
def test_an_account_is_named_by_name_or_email(
    cluster: Plane, users: Users, ann: str, account: tuple[str, ...]
) -> None:
    new = users("reset-token", *account).out.strip()
    record = cluster.api.get(USERS, NAME)["spec"]["token"]
    assert tokens.verify(new, record)
    assert not tokens.verify(ann, record)
    assert users("delete", *account, "--yes").code == 0
    assert cluster.api.find(USERS, NAME) is None


@pytest.mark.parametrize("action", ACTIONS)
def test_an_account_that_is_not_there_ends_with_3(users: Users, action: str) -> None:
    for account in ("user-0", EMAIL):
        result = users(action, account, *ACTIONS[action])
        assert (result.code, result.out) == (3, "")
        assert result.err == f"yurt-console: there is no account {account}\n"


@pytest.mark.parametrize(
    "words",
    [
        ("renew", NAME, "--days", "0"),
        ("renew", NAME, "--until", "2001-01-01T00:00:00Z"),
        ("set", NAME, "--max-node-num", "5000"),
        ("set", NAME),
        ("set", NAME, "--quota-cpu", "lots"),
        ("suspend", NAME, "--reason", " "),
        ("delete", NAME),  # nobody is there to be asked
    ],
    ids=" ".join,
)
def test_what_is_asked_for_wrongly_changes_nothing(
    cluster: Plane, users: Users, ann: str, words: tuple[str, ...]
) -> None:
    before = cluster.api.get(USERS, NAME)["spec"]
    refused = users(*words)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("yurt-console: ")
    assert cluster.api.get(USERS, NAME)["spec"] == before


HEAD = "NAME                       EMAIL            ROLE    PHASE             ENDS  NODES  ORGANIZATION\n"
PAGE = {
    "Name": NAME,
    "E-mail": EMAIL,
    "Phone": "+8613800138000",
    "Organization": "ACME",
    "Role": "tenant",
    "Phase": "pending-approval",
    "Next": "an administrator has to approve it",
    "Created": "TIME",
    "Ends": "-",
    "Nodes": "0/3",
    "Quota": "pods 500",
}
"""What `show` says of an account that was registered where registration is by approval."""
PREPARING = {"Phase": "preparing", "Next": "the operator provisions it"}
SUSPENDED = {"Phase": "suspended", "Next": "an administrator may resume it", "Suspended": "unpaid"}
LIMITED = {"Nodes": "0/9", "Quota": "memory 16Gi, pods 500"}
STEPS: tuple[tuple[tuple[str, ...], dict[str, str]], ...] = (
    (("show",), {}),
    (("approve",), PREPARING),
    (("approve",), PREPARING),  # again does no harm
    (("renew", "--days", "30"), PREPARING),
    (("set", "--max-node-num", "9"), {**PREPARING, "Nodes": "0/9"}),
    (
        ("set", "--quota-cpu", "8", "--quota-memory", "16Gi"),
        {**PREPARING, "Nodes": "0/9", "Quota": "cpu 8, memory 16Gi, pods 500"},
    ),
    (("set", "--quota-cpu", ""), {**PREPARING, **LIMITED}),
    (("suspend", "--reason", "unpaid"), {**SUSPENDED, **LIMITED}),
    (("resume",), {**PREPARING, **LIMITED}),
)
"""Actions that print the account's page, and what is then other than on `PAGE`."""


@pytest.fixture
def waiting(cluster: Plane, users: Users) -> None:
    """An account, as registration by approval makes it."""
    users("create", *ANN)
    cluster.api.patch(USERS, NAME, {"spec": {"approved": False}})


def test_create_reset_and_delete_explain_themselves_beside_what_a_script_wants(users: Users) -> None:
    created, reset = users("create", *ANN), users("reset-token", NAME)
    deleted, listed = users("delete", NAME, "--yes"), users("list")

    assert _steady(created) == (
        "TOKEN\n",
        f"Account {NAME} is made; this is its token, shown only now. Its namespace, kubeconfig and join"
        " script are there moments after, as long as yurt-console operator runs.\n",
        0,
    )
    assert _steady(reset) == (
        "TOKEN\n",
        f"This is the new token of {NAME}, shown only now. The old one and all its sessions have ended.\n",
        0,
    )
    assert _steady(deleted) == (
        "",
        f"Account {NAME} is being deleted: yurt-console operator revokes its permissions, then removes its"
        " nodes and its namespace with everything in it.\n",
        0,
    )
    assert _steady(listed) == (f"{' '.join(HEAD.split()).replace(' ', '  ')}\n", "", 0)


@pytest.mark.usefixtures("waiting")
def test_every_other_action_prints_the_account_for_people(users: Users) -> None:
    line = f"{NAME}  {EMAIL}  tenant  pending-approval  -     0/3    ACME\n"
    assert _steady(users("list", "--phase", "pending-approval")) == (HEAD + line, "", 0)

    for (action, *more), other in STEPS:
        page = "".join(f"{name + ':':<15}{text}\n" for name, text in {**PAGE, **other}.items())
        assert _steady(users(action, EMAIL, *more)) == (page, "", 0), action


@pytest.mark.usefixtures("waiting")
def test_every_action_prints_json_for_scripts(cluster: Plane, users: Users) -> None:
    def read(*words: str) -> Any:
        result = users(*words, "-o", "json")
        assert (result.code, result.err) == (0, "")
        return json.loads(result.out)

    for (action, *more), other in STEPS:
        found = read(action, NAME, *more)
        assert set(found) == {"metadata", "spec", "status", "phase", "next", "nextTime", "ends"}
        assert found["phase"] == {**PAGE, **other}["Phase"]
        assert read("list") == [found]
    kept = cluster.api.get(USERS, NAME)["spec"]
    assert found["spec"] == {name: value for name, value in kept.items() if name != "token"}
    assert (kept["approved"], kept["validPeriod"], kept["maxNodeNum"], kept["suspended"]) == (
        True,
        30,
        9,
        False,
    )

    reset = read("reset-token", NAME)
    assert reset == {"name": NAME, "token": reset["token"]}
    assert tokens.verify(reset["token"], cluster.api.get(USERS, NAME)["spec"]["token"])
    assert users("delete", NAME, "--yes").code == 0
    created = read("create", *ANN)
    assert created == {"name": NAME, "email": EMAIL, "role": "tenant", "token": created["token"]}


def _steady(result: CommandResult) -> tuple[str, str, int]:
    """What was result, without what differs from one run to the next."""
    return _TIME.sub("TIME", _TOKEN.sub("TOKEN", result.out)), result.err, result.code


def _interrupt(process: subprocess.Popen[str]) -> None:
    """Ctrl-C until it ends: one just before the process waits for a line is noticed with the line."""
    for _ in range(20):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(2)
            return


@contextmanager
def _asked(kubeconfig: str, *words: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """``yurt-console users`` at a terminal, once it asks; the process, and the terminal's other end."""
    keys, terminal = pty.openpty()
    command = [COMMAND, "users", *words, "--kubeconfig", kubeconfig]
    with subprocess.Popen(
        command, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            result = ""
            while not result.endswith(PROMPT):
                letter = process.stderr.read(1)
                assert letter, result
                result += letter
            yield process, keys
        finally:
            process.kill()
            os.close(keys)
            os.close(terminal)


@pytest.mark.parametrize("typed", [f"{NAME}\n", f"{EMAIL}\n", "\n", "\x04", "Ctrl-C"])
def test_deleting_asks_for_the_name_to_be_typed(cluster: Plane, users: Users, ann: str, typed: str) -> None:
    with _asked(str(cluster.kubeconfig), "delete", EMAIL) as (process, keys):
        if typed == "Ctrl-C":
            _interrupt(process)
        else:
            os.write(keys, typed.encode())
        out, err = process.communicate(timeout=WITHIN)
    assert out == ""
    if typed == f"{NAME}\n":
        assert process.returncode == 0
        assert f"Account {NAME} is being deleted" in err
        assert cluster.api.find(USERS, NAME) is None
    else:
        assert process.returncode == 1
        assert "stopped" in err if typed == "Ctrl-C" else "nothing was deleted" in err
        assert "Traceback" not in err
        assert users("show", NAME).code == 0

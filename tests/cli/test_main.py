"""The command line by itself: settings from everywhere, exit codes, clear words."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from yurt_console import settings as table
from yurt_console.cli import main, options
from yurt_console.settings import SettingError


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No variable, home or log handler of the machine that tests run on."""
    for name in (
        *(table.variable(field.name) for field in table.FIELDS),
        "KUBECONFIG",
        "KUBERNETES_SERVICE_HOST",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    before = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = before


def code(*args: str) -> int:
    try:
        return main.main(args)
    except SystemExit as end:
        return int(end.code or 0)


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("port: 1\nhost: file\nphone_region: US\n")
    environment = {"YURT_CONSOLE_PORT": "2", "YURT_CONSOLE_HOST": "environment"}
    read = main.read_settings(str(file), environment, {"port": "3", "host": None})
    assert (read.server.port, read.server.host, read.registration.phone_region) == (3, "environment", "US")


def test_the_file_may_be_named_by_a_variable(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("port: 1\n")
    assert main.read_settings("", {"YURT_CONSOLE_SETTINGS": str(file)}, {}).server.port == 1


def test_the_file_may_hold_settings_in_their_groups(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("server:\n  port: 1\nwebhook: {port: 2}\nregistration: {mode: closed, wait: 3}\n")
    read = main.read_settings(str(file), {}, {})
    assert (read.server.port, read.webhook.port) == (1, 2)
    assert (read.registration.mode, read.registration.wait) == ("closed", 3)


@pytest.mark.parametrize(
    "content", ["server: {colour: red}\n", "- a\n", "1: 2\n", "{", "unknown: 1\n", "port: many\n"]
)
def test_a_file_that_cannot_be_used_is_refused_by_name(tmp_path: Path, content: str) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(content)
    with pytest.raises(SettingError):
        main.read_settings(str(file), {}, {})


def test_serve_has_a_flag_for_every_setting() -> None:
    for field in table.FIELDS:
        given = options.parser().parse_args(["serve", table.flag(field.name), "5"])
        assert options.flags(given)[field.name] == "5"


@pytest.mark.parametrize(
    "command",
    ["install", "check", "operator", "serve", "users create --email e --phone p --organization o",
     "users list",
     "users show a", "users approve a", "users renew a --days 7", "users set a --max-node-num 5",
     "users suspend a --reason r", "users resume a",
     "users reset-token a@example.com", "users delete --email a@example.com"],
)  # fmt: skip
def test_every_command_takes_a_kubeconfig_and_says_when_it_is_missing(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code(*command.split(), "--kubeconfig", str(tmp_path / "missing")) == 1
    said = capsys.readouterr()
    assert "missing" in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_without_any_cluster_it_says_where_it_looked(capsys: pytest.CaptureFixture[str]) -> None:
    assert code("check") == 1
    assert "KUBECONFIG" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    ["", "nonsense", "install --nonsense", "users", "users create --email a@example.com", "users delete",
     "users create --email e --phone p --organization o --role root", "serve --port many",
     "serve --port 70000", "users renew a", "users renew a --days 7 --until 2030-01-01T00:00:00Z",
     "users set a", "users suspend a", "users list --phase nonsense", "users suspend a --reason",
     "check --log-level loud", "check --settings /nonexistent", "check --pool-label a/b/c"],
)  # fmt: skip
def test_what_is_asked_for_wrongly_ends_with_2(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert code(*command.split()) == 2
    assert capsys.readouterr().err


def test_the_flags_of_users_have_variables_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"EMAIL": "a@example.com", "PHONE": "1", "ORGANIZATION": "o", "ROLE": "admin"}.items():
        monkeypatch.setenv(f"YURT_CONSOLE_USERS_{name}", value)
    given = options.parser().parse_args(["users", "create", "--phone", "2"])
    assert (given.email, given.phone, given.organization, given.role) == ("a@example.com", "2", "o", "admin")
    assert options.parser().parse_args(["users", "delete"]).email == "a@example.com"

    monkeypatch.setenv("YURT_CONSOLE_USERS_ROLE", "king")
    assert code("users", "list") == main.USAGE
    assert "YURT_CONSOLE_USERS_ROLE must be one of tenant, admin" in capsys.readouterr().err


def test_help_and_version_end_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert code("--version") == 0
    assert code("serve", "--help") == 0
    assert "YURT_CONSOLE_PORT" in capsys.readouterr().out


WITHOUT_SIMULATOR = """
import sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "kubesim":
            raise ModuleNotFoundError(f"No module named {name!r}", name="kubesim")

sys.meta_path.insert(0, Absent())
from yurt_console.cli import main
sys.exit(main.main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("command", "status", "text"),
    [
        (["simulate", "--seed", "small"], 1, "install yurt-console[demo]"),
        (["demo", "--data-dir", "{folder}"], 1, "install yurt-console[demo]"),
        (["simulate", "--help"], 0, "--seed NAME"),
    ],
)
def test_without_the_simulator_its_commands_say_what_to_install(
    command: list[str], status: int, text: str, tmp_path: Path
) -> None:
    given = [argument.format(folder=tmp_path) for argument in command]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_SIMULATOR, *given],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == status
    assert text in done.stdout + done.stderr

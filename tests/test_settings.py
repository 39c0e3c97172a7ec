"""The one table of settings: later sources win, bad values are refused by name, the docs tell all of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yurt_console import settings
from yurt_console.settings import FIELDS, SettingError, Settings, flag, from_environment, merged, variable

DOCUMENT = Path(__file__).parent.parent / "docs" / "settings.md"


def test_later_sources_win_and_what_is_not_given_keeps_its_default() -> None:
    chosen = merged({"port": 1, "host": "a"}, {"port": "2"}, {"port": None, "host": "c"})

    assert (chosen.server.port, chosen.server.host, chosen.session.hours) == (
        2,
        "c",
        Settings().session.hours,
    )


def test_the_environment_is_read_by_the_documented_names_only() -> None:
    found = from_environment({"YURT_CONSOLE_CLUSTER_ADDRESS": "https://k:6443", "CLUSTER_ADDRESS": "x"})

    assert found == {"cluster_address": "https://k:6443"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "eighty"),
        ("port", "1.5"),
        ("port", "70000"),
        ("session_hours", "-1"),
        ("page_size", "0"),
        ("probe_interval", "0.01"),
        ("request_timeout", "0.05"),
        ("keep_alive", "nan"),
        ("keep_alive", "inf"),
        ("nonsense", "1"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_by_the_name_of_its_setting(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name) as refused:
        merged({name: value})
    assert name == "nonsense" or value not in str(refused.value)


def test_every_setting_stands_in_the_docs_with_its_variable_default_and_unit() -> None:
    rows = {
        cells[0].strip("`"): cells
        for line in DOCUMENT.read_text().splitlines()
        if line.startswith("| `--") and (cells := [cell.strip() for cell in line.strip("|").split("|")])
    }

    assert set(rows) == {flag(field.name) for field in FIELDS}
    for field in FIELDS:
        cells = rows[flag(field.name)]
        assert cells[1] == f"`{variable(field.name)}`"
        assert cells[2] == (f"`{field.default}`" if field.default != "" else "")
        assert cells[3] == field.metadata["unit"]
        assert re.sub(r"\\|`", "", cells[4]) == field.metadata["why"]


def test_every_group_stands_in_the_docs_with_its_settings() -> None:
    text = DOCUMENT.read_text()

    for group in {field.group for field in FIELDS}:
        keys = ", ".join(f"`{field.attribute}`" for field in FIELDS if field.group == group)
        assert f"| `{group}` | {keys} |" in text


def test_names_of_settings_are_unique() -> None:
    assert len({field.name for field in FIELDS}) == len(FIELDS)


def test_no_setting_is_read_anywhere_but_in_the_command_line() -> None:
    package = Path(settings.__file__).parent
    readers = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"os\.environ|getenv|sys\.argv", path.read_text())
    ]

    # an exec plugin inherits the environment, as kubectl's does; nothing in it is read
    assert all(path.startswith("cli/") or path == "kube/execplugin.py" for path in readers), readers

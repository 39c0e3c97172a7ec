"""The shape of the package is kept by machine: layers, sizes, first lines. Each rule is also seen to fail."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {
    "apimachinery": ROOT / "packages" / "apimachinery" / "apimachinery",
    "kubesim": ROOT / "packages" / "kubesim" / "kubesim",
    "yurt_console": ROOT / "yurt_console",
}
"""Where the root package of each distribution lies."""
MODULES = sorted(module for folder in PACKAGES.values() for module in folder.rglob("*.py"))
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(LINT_IMPORTS), "--no-cache", "--config", str(folder / "pyproject.toml")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=100)


@pytest.mark.parametrize(
    ("package", "module", "line", "contract"),
    [
        ("yurt_console", "kube/client.py", "import yurt_console.tenancy", "imports go one way BROKEN"),
        ("yurt_console", "cache/feed.py", "import yurt_console.yurt", "imports go one way BROKEN"),
        ("yurt_console", "yurt/nodes.py", "import aiohttp", "pure modules do no I/O BROKEN"),
        ("yurt_console", "tenancy/identity/access.py", "import asyncio", "pure modules do no I/O BROKEN"),
        (
            "yurt_console",
            "tenancy/identity/access.py",
            "import yurt_console.tenancy.provisioning",
            "the rooms of tenancy lie in layers BROKEN",
        ),
        (
            "yurt_console",
            "operator/nodes/ownership.py",
            "import yurt_console.operator.accounts",
            "the rooms of the operator lie in layers BROKEN",
        ),
        (
            "yurt_console",
            "api/app.py",
            "import kubesim",
            "only the demo knows the simulator BROKEN",
        ),
        (
            "kubesim",
            "storage/log.py",
            "import yurt_console",
            "distributions use apimachinery alone BROKEN",
        ),
        ("apimachinery", "errors.py", "import yaml", "apimachinery depends on msgspec alone BROKEN"),
        (
            "kubesim",
            "registry/server.py",
            "import kubesim.control_plane.assembly",
            "the rooms of kubesim lie in layers BROKEN",
        ),
        (
            "kubesim",
            "endpoints/gate.py",
            "import kubesim.controllers.manager",
            "the rooms of kubesim lie in layers BROKEN",
        ),
        (
            "kubesim",
            "model/cron.py",
            "import asyncio",
            "the models and rules of kubesim do no I/O BROKEN",
        ),
    ],
)
def test_an_import_against_the_layers_is_refused(
    tmp_path: Path, package: str, module: str, line: str, contract: str
) -> None:
    for name, folder in PACKAGES.items():
        shutil.copytree(folder, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    broken = tmp_path / package / module
    broken.write_text(broken.read_text() + f"\n{line}\n")

    result = _lint(tmp_path)

    assert result.returncode != 0
    assert contract in result.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_says_what_lives_there(module: Path) -> None:
    text = module.read_text()

    assert len(text.splitlines()) <= 400, "split it: more than 400 lines"
    assert ast.get_docstring(ast.parse(text)), "it has no first docstring"


MOST = 15
FOLDERS = sorted(
    {
        module.parent
        for part in ("packages", "yurt_console", "tests", "bench")
        for module in (ROOT / part).rglob("*.py")
    }
)
CROWDED: dict[str, str] = {}
"""Folders with more than `MOST` modules, and why each stays whole."""


def modules(folder: Path) -> set[str]:
    """The modules of a folder, its sub-folders' and ``__init__`` not counted."""
    return {module.name for module in folder.glob("*.py")} - {"__init__.py"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_folder_has_at_most_15_modules(folder: Path) -> None:
    crowded = str(folder.relative_to(ROOT)) in CROWDED

    assert (len(modules(folder)) > MOST) is crowded, "give it rooms, or say in CROWDED why not"


def test_modules_of_a_folder_are_counted_without_its_rooms(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    for name in ("__init__.py", "one.py", "two.py", "room/three.py", "data.json"):
        (tmp_path / name).touch()

    assert modules(tmp_path) == {"one.py", "two.py"}

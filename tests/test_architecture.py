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


@pytest.mark.parametrize(
    "folder", sorted({module.parent for module in MODULES}), ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_folder_has_at_most_15_modules(folder: Path) -> None:
    modules = {module.name for module in folder.glob("*.py")} - {"__init__.py"}

    assert len(modules) <= 15, "give it rooms"

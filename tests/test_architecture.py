"""The shape of the package is kept by machine: layers, sizes, first lines. Each rule is also seen to fail."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "yurt_console").rglob("*.py"))
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(LINT_IMPORTS), "--no-cache", "--config", str(folder / "pyproject.toml")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=100)


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("kube/names.py", "import yurt_console.tenancy", "imports go one way BROKEN"),
        ("cache/feed.py", "import yurt_console.yurt", "imports go one way BROKEN"),
        ("yurt/nodes.py", "import aiohttp", "pure modules do no I/O BROKEN"),
        ("tenancy/access.py", "import asyncio", "pure modules do no I/O BROKEN"),
    ],
)
def test_an_import_against_the_layers_is_refused(
    tmp_path: Path, module: str, line: str, contract: str
) -> None:
    shutil.copytree(ROOT / "yurt_console", tmp_path / "yurt_console")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    broken = tmp_path / "yurt_console" / module
    broken.write_text(broken.read_text() + f"\n{line}\n")

    result = _lint(tmp_path)

    assert result.returncode != 0
    assert contract in result.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_says_what_lives_there(module: Path) -> None:
    text = module.read_text()

    assert len(text.splitlines()) <= 400, "split it: more than 400 lines"
    assert ast.get_docstring(ast.parse(text)), "it has no first docstring"

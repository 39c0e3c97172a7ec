"""What the wheels hold: the product's has no simulated cluster, and needs nothing that only one needs."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parent.parent
DISTRIBUTIONS = {
    "yurt_console": ROOT,
    "kubesim": ROOT / "packages" / "kubesim",
    "apimachinery": ROOT / "packages" / "apimachinery",
}


def project(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    return found


def names(requirements: list[str]) -> set[str]:
    return {requirement.split(">")[0].split("=")[0].strip() for requirement in requirements}


@pytest.mark.parametrize("package", DISTRIBUTIONS)
def test_a_wheel_holds_its_own_package_alone(package: str) -> None:
    builder = WheelBuilder(str(DISTRIBUTIONS[package]))
    files = {Path(file.distribution_path) for file in builder.recurse_included_files()}

    assert {file.parts[0] for file in files} == {package}
    assert Path(package, "__init__.py") in files


def test_the_product_needs_the_simulated_cluster_for_its_demo_only() -> None:
    product, simulator = project(ROOT), project(DISTRIBUTIONS["kubesim"])

    assert names(product["optional-dependencies"]["demo"]) == {"yurt-console-kubesim"}
    assert "yurt-console-kubesim" not in names(product["dependencies"])
    assert "jsonschema-rs" in names(simulator["dependencies"]) - names(product["dependencies"])
    assert names(project(DISTRIBUTIONS["apimachinery"])["dependencies"]) == {"msgspec"}


def test_the_runtime_lock_has_nothing_of_the_simulated_cluster() -> None:
    locked = (ROOT / "requirements" / "runtime.lock").read_text()

    assert "jsonschema-rs" not in locked
    assert "kubesim" not in locked

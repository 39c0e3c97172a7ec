"""What is installed is older than the program: the program says so, and nobody has to wonder."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from apimachinery.resources import CLUSTER_ROLES
from tests.cli.processes import Running
from tests.planes.installed import identity, installed
from tests.planes.plane import Plane, free_ports
from yurt_console import manifests
from yurt_console.cli import main
from yurt_console.diagnostics import installation

__all__ = ["installed"]

SHIPPED = [*manifests.crds(), *manifests.rbac("yurt-console"), *manifests.webhook("yurt-console")]


@pytest.mark.parametrize("document", SHIPPED, ids=manifests.title)
def test_what_this_version_ships_lacks_nothing_and_differs_in_nothing(document: dict[str, Any]) -> None:
    assert installation.lacks(document, document) == []
    assert not installation.differs(document, document)


@pytest.mark.parametrize(
    "document", [one for one in SHIPPED if {"rules", "subjects"} & one.keys()], ids=manifests.title
)
def test_any_rule_or_subject_that_is_not_there_yet_is_lacking(document: dict[str, Any]) -> None:
    part = "rules" if "rules" in document else "subjects"
    for number in range(len(document[part])):
        older = copy.deepcopy(document)
        del older[part][number]
        assert installation.lacks(older, document)
        assert installation.differs(older, document)
        assert installation.lacks(document, older) == []
        assert installation.differs(document, older), "what is newer differs, and lacks nothing"


def test_a_service_that_leads_elsewhere_differs() -> None:
    [service] = manifests.webhook("yurt-console")
    given = {**service, "spec": {**service["spec"], "clusterIP": "10.0.0.1"}}
    assert not installation.differs(given, service)
    assert installation.differs({**service, "spec": {**service["spec"], "selector": {"app": "x"}}}, service)


def test_a_long_list_is_cut_short() -> None:
    assert installation.some(["a", "b"]) == "a, b"
    assert installation.some([*"abcdefg"]) == "a, b, c, d, e and 2 more"


def test_serve_and_operator_say_that_install_was_forgotten(installed: Plane, tmp_path: Path) -> None:
    for role, resource in (("yurt-console", "resourcequotas"), ("yurt-console-tenant", "pods/log")):
        rules = installed.api.get(CLUSTER_ROLES, role)["rules"]
        older = [
            {**rule, "resources": [one for one in rule["resources"] if one != resource]} for rule in rules
        ]
        installed.api.patch(CLUSTER_ROLES, role, {"rules": older})
    consoles = str(identity(installed, "yurt-console", tmp_path))
    operators = str(identity(installed, "yurt-console-operator", tmp_path))
    serve = Running("serve", "--kubeconfig", consoles, "--port", str(free_ports(1)), cwd=tmp_path)
    operator = Running("operator", "--kubeconfig", operators, cwd=tmp_path)
    try:
        said = serve.until("is older than this version")
        assert (
            "yurt-console may not get resourcequotas, list resourcequotas, watch resourcequotas; run" in said
        )
        said = operator.until("ClusterRole yurt-console-tenant lacks get pods/log; run yurt-console install")
        assert "ClusterRole yurt-console lacks" in said
    finally:
        serve.kill()
        operator.kill()
        assert main.main(["install", "--kubeconfig", str(installed.kubeconfig)]) == 0

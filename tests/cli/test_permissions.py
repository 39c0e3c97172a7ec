"""What the shipped roles allow is what docs/permissions.md says, and nothing that nobody should have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from yurt_console import manifests

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"
ROLES = [document for document in manifests.rbac("yurt-console") if "rules" in document]
Rule = tuple[tuple[str, ...], ...]


def words(cell: str) -> tuple[str, ...]:
    return tuple(word for word in cell.strip().split(", ") if word)


def documented() -> dict[str, list[Rule]]:
    tables: dict[str, list[Rule]] = {}
    role = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            role = line.removeprefix("## ")
        elif line.startswith("|") and not line.startswith(("|---", "| API")):
            *cells, why = line.strip("|").split("|")
            assert why.strip(), f"{role}: a rule without a reason"
            tables.setdefault(role, []).append(tuple(words(cell) for cell in cells))
    return tables


def shipped(role: dict[str, Any]) -> list[Rule]:
    return [
        (
            tuple(group for group in rule["apiGroups"] if group),
            tuple(rule["resources"]),
            tuple(rule.get("resourceNames", ())),
            tuple(rule["verbs"]),
        )
        for rule in role["rules"]
    ]


def test_every_rule_is_documented_with_its_reason_and_no_other() -> None:
    assert documented() == {
        manifests.title(role).replace(f"{role['metadata'].get('namespace')}/", ""): shipped(role)
        for role in ROLES
    }


@pytest.mark.parametrize("role", ROLES, ids=manifests.title)
def test_no_rule_has_a_wildcard(role: dict[str, Any]) -> None:
    for rule in role["rules"]:
        assert "*" not in [*rule["apiGroups"], *rule["resources"], *rule["verbs"]]


def test_a_tenant_gets_nothing_that_leads_out_of_the_namespace() -> None:
    [tenant] = [role for role in ROLES if role["metadata"]["name"] == "yurt-console-tenant"]
    allowed = {
        (resource, verb)
        for rule in tenant["rules"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    for resource, verb in (
        ("serviceaccounts", "impersonate"),
        ("serviceaccounts/token", "create"),
        ("pods/proxy", "get"),
        ("services/proxy", "get"),
        ("endpoints", "update"),
        ("networkpolicies", "create"),
        ("resourcequotas", "update"),
        ("limitranges", "update"),
        ("rolebindings", "create"),
        ("nodes", "list"),
        ("yurtstaticsets", "create"),
    ):
        assert (resource, verb) not in allowed


def test_nobody_binds_roles_or_acts_as_others_but_by_name() -> None:
    risky = [
        (role["metadata"]["name"], rule["resources"], rule.get("resourceNames"))
        for role in ROLES
        for rule in role["rules"]
        if {"bind", "escalate", "impersonate"} & set(rule["verbs"])
    ]
    assert risky == [
        ("yurt-console", ["userextras/account.openyurt.io"], None),
        ("yurt-console-impersonate", ["serviceaccounts"], ["tenant"]),
        ("yurt-console-impersonate-admin", ["serviceaccounts"], ["yurt-console-admin"]),
        ("yurt-console-operator", ["clusterroles"], ["yurt-console-tenant", "yurt-console-impersonate"]),
    ]


def test_another_namespace_moves_accounts_and_subjects_but_not_kubernetes_own() -> None:
    moved = manifests.rbac("elsewhere")
    places = {document["metadata"].get("namespace", "") for document in moved}
    assert places == {"", "elsewhere", "kube-system", "kube-public", "default"}
    subjects = [subject for document in moved for subject in document.get("subjects", ())]
    assert {subject["namespace"] for subject in subjects if "namespace" in subject} == {"elsewhere"}
    assert moved[0]["metadata"]["name"] == "elsewhere"

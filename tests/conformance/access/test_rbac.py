"""Rights on both targets: the same decisions, in the same words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kubesim.authorization import bootstrap_policy
from tests.conformance.golden import Golden
from tests.conformance.servers.asking import Asker, Cluster, wait_for

RBAC = "/apis/rbac.authorization.k8s.io/v1"
AUTHORIZATION = "/apis/authorization.k8s.io/v1"
SPACE = "conformance-rbac"
PODS = f"/api/v1/namespaces/{SPACE}/pods"
MANAGE = {
    "apiGroups": ["rbac.authorization.k8s.io"],
    "resources": ["roles", "rolebindings"],
    "verbs": ["create", "update", "patch", "get"],
}
READ_PODS = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}


@pytest.fixture
def admin(cluster: Cluster) -> Iterator[Asker]:
    admin = cluster.admin()
    admin.ask("POST", "/api/v1/namespaces", {"metadata": {"name": SPACE}})
    give(admin, "manager", "ed", MANAGE, READ_PODS)
    yield admin
    admin.ask("DELETE", f"{RBAC}/namespaces/{SPACE}/rolebindings")
    admin.ask("DELETE", f"{RBAC}/namespaces/{SPACE}/roles")


def give(admin: Asker, name: str, user: str, *rules: dict[str, Any]) -> None:
    """A role with these rules for a user; a real API server learns of it by watch, a moment later."""
    place = f"{RBAC}/namespaces/{SPACE}"
    code, _ = admin.ask("PUT", f"{place}/roles/{name}", {"metadata": {"name": name}, "rules": rules})
    assert code in (200, 201)
    body = bound(name, "Role", name, user)
    assert admin.ask("PUT", f"{place}/rolebindings/{name}", body)[0] in (200, 201)
    wait_for(lambda: all(is_allowed(admin, user, rule) for rule in rules))


def is_allowed(admin: Asker, user: str, rule: dict[str, Any]) -> bool:
    """Whether the last thing that a rule allows is allowed by now."""
    attributes = {
        "verb": rule["verbs"][-1],
        "group": rule["apiGroups"][-1],
        "resource": rule["resources"][-1],
        "namespace": SPACE,
        "name": rule.get("resourceNames", [""])[-1],
    }
    review = {"spec": {"user": user, "resourceAttributes": attributes}}
    code, answer = admin.ask("POST", f"{AUTHORIZATION}/subjectaccessreviews", review)
    return code == 201 and bool(answer["status"]["allowed"])


def bound(name: str, kind: str, role: str, *users: str) -> dict[str, Any]:
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role}
    return {
        "metadata": {"name": name},
        "roleRef": ref,
        "subjects": [{"kind": "User", "name": user} for user in users],
    }


NODE = "system:node:n1/system:nodes"
THERE = f'in API group "" in the namespace "{SPACE}"'
DECISIONS: list[tuple[str, str, str, int, str]] = [
    ("ed", "GET", PODS, 200, ""),
    (
        "ed",
        "DELETE",
        f"{PODS}/x",
        403,
        f'pods "x" is forbidden: User "ed" cannot delete resource "pods" {THERE}',
    ),
    (
        "ed",
        "GET",
        "/api/v1/pods",
        403,
        'pods is forbidden: User "ed" cannot list resource "pods" in API group "" at the cluster scope',
    ),
    ("ed", "GET", "/metrics", 403, 'forbidden: User "ed" cannot get path "/metrics"'),
    (
        "ed",
        "GET",
        f"{PODS}/x/log",
        403,
        f'pods "x" is forbidden: User "ed" cannot get resource "pods/log" {THERE}',
    ),
    (
        NODE,
        "GET",
        f"/api/v1/namespaces/{SPACE}/secrets/x",
        403,
        f'secrets "x" is forbidden: User "system:node:n1" cannot get resource "secrets" {THERE}:'
        " no relationship found between node 'n1' and this object",
    ),
    (NODE, "GET", "/api/v1/nodes/n2", 404, 'nodes "n2" not found'),
]


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize(("user", "method", "path", "code", "message"), DECISIONS)
def test_a_request_is_allowed_or_refused_in_the_same_words(
    cluster: Cluster, golden: Golden, user: str, *, method: str, path: str, code: int, message: str
) -> None:
    golden.says([*cluster.as_user(*user.split("/")).message(method, path)], [code, message])


def test_nobody_is_asked_for_an_account_and_wrong_tokens_are_refused(cluster: Cluster) -> None:
    code, message = cluster.holder("").message("GET", "/api/v1/pods")
    assert (code, message.split(" at ")[0]) == (
        403,
        'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group ""',
    )
    assert cluster.holder("").ask("GET", "/version")[0] == 200
    assert cluster.holder("wrong").message("GET", "/version") == (401, "Unauthorized")


def test_what_ed_may_not_do_ed_may_not_give(admin: Asker, cluster: Cluster, golden: Golden) -> None:
    ed, place = cluster.as_user("ed"), f"{RBAC}/namespaces/{SPACE}"
    wanted = {"apiGroups": [""], "resources": ["pods", "secrets"], "verbs": ["get", "delete"]}
    head = (
        'user "ed" (groups=["system:authenticated"])'
        " is attempting to grant RBAC permissions not currently held"
    )

    code, message = ed.message("POST", f"{place}/roles", {"metadata": {"name": "r"}, "rules": [wanted]})
    assert (code, message) == (
        403,
        f'roles.rbac.authorization.k8s.io "r" is forbidden: {head}:\n'
        '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n'
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete"]}',
    )
    code, message = ed.message("POST", f"{place}/rolebindings", bound("b", "ClusterRole", "view", "joe"))
    assert (code, message.count("\n") > 30) == (403, True)
    golden.says(
        [*ed.message("POST", f"{place}/rolebindings", bound("b", "Role", "gone", "joe"))],
        [404, 'roles.rbac.authorization.k8s.io "gone" not found'],
    )
    assert ed.ask("POST", f"{place}/rolebindings", bound("b", "Role", "manager", "joe"))[0] == 201
    admin.ask("DELETE", f"{place}/rolebindings/b")

    give(admin, "manager", "ed", {**MANAGE, "resources": ["*"], "verbs": ["create", "bind"]})
    assert ed.ask("POST", f"{place}/rolebindings", bound("c", "ClusterRole", "cluster-admin", "ed"))[0] == 201


def test_the_tenants_impersonation_role_allows_exactly_one_account(admin: Asker, cluster: Cluster) -> None:
    rule = {
        "apiGroups": [""],
        "resources": ["serviceaccounts"],
        "resourceNames": ["tenant"],
        "verbs": ["impersonate"],
    }
    accounts = f"/api/v1/namespaces/{SPACE}/serviceaccounts"
    admin.ask("POST", accounts, {"metadata": {"name": "console"}})
    give(admin, "impersonate", f"system:serviceaccount:{SPACE}:console", rule)
    code, answer = admin.ask("POST", f"{accounts}/console/token", {"spec": {}})
    assert code == 201
    token = answer["status"]["token"]
    review = {"spec": {"nonResourceAttributes": {"path": "/x", "verb": "get"}}}
    where = f"{AUTHORIZATION}/selfsubjectaccessreviews"

    def impersonating(**who: str) -> tuple[int, str]:
        return Asker(cluster, token, **who).message("POST", where, review)

    assert impersonating(user=f"system:serviceaccount:{SPACE}:tenant")[0] == 201
    assert impersonating(user=f"system:serviceaccount:{SPACE}:other")[0] == 403
    assert impersonating(user=f"system:serviceaccount:{SPACE}:tenant", group="system:masters")[0] == 403
    assert impersonating(user="jane") == (
        403,
        f'users "jane" is forbidden: User "system:serviceaccount:{SPACE}:console" cannot impersonate resource'
        ' "users" in API group "" at the cluster scope',
    )
    admin.ask("DELETE", f"{accounts}/console")


def test_reviews_answer_the_same(admin: Asker, cluster: Cluster, golden: Golden) -> None:
    asked = {"namespace": SPACE, "verb": "get", "resource": "pods"}
    ed, where = cluster.as_user("ed"), f"{AUTHORIZATION}/selfsubjectaccessreviews"

    code, review = ed.ask("POST", where, {"spec": {"resourceAttributes": asked}})
    assert (code, review["status"]) == (
        201,
        {
            "allowed": True,
            "reason": f'RBAC: allowed by RoleBinding "manager/{SPACE}" of Role "manager" to User "ed"',
        },
    )
    code, review = ed.ask("POST", where, {"spec": {"resourceAttributes": {**asked, "verb": "delete"}}})
    assert (code, review["status"]) == (201, {"allowed": False})
    golden.says(
        [*ed.message("POST", where, {"spec": {}})],
        [
            422,
            '.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: "null": exactly one'
            " of nonResourceAttributes or resourceAttributes must be specified",
        ],
    )
    code, review = ed.ask("POST", f"{AUTHORIZATION}/selfsubjectrulesreviews", {"spec": {"namespace": SPACE}})
    assert code == 201
    rules = review["status"]["resourceRules"]
    basic = {
        "verbs": ["create"],
        "apiGroups": ["authorization.k8s.io"],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    }
    golden.says(len(rules), 3)
    assert all(rule in rules for rule in (MANAGE, READ_PODS, basic))
    assert review["status"]["incomplete"] is False


def test_an_aggregated_role_follows_its_parts(admin: Asker, cluster: Cluster) -> None:
    label = {"rbac.authorization.k8s.io/aggregate-to-view": "true"}
    rule = {"apiGroups": ["example.com"], "resources": ["things"], "verbs": ["get"]}
    part = {"metadata": {"name": "conformance-things", "labels": label}, "rules": [rule]}
    admin.ask("POST", f"{RBAC}/clusterroles", part)
    try:
        wait_for(lambda: rule in admin.ask("GET", f"{RBAC}/clusterroles/admin")[1]["rules"])
    finally:
        admin.ask("DELETE", f"{RBAC}/clusterroles/conformance-things")
    wait_for(lambda: rule not in admin.ask("GET", f"{RBAC}/clusterroles/admin")[1]["rules"])


@pytest.mark.parametrize(
    "default", bootstrap_policy.defaults(), ids=lambda obj: f"{obj['kind']}-{obj['metadata']['name']}"
)
def test_the_roles_of_a_new_cluster_are_the_real_ones(
    cluster: Cluster, golden: Golden, default: dict[str, Any]
) -> None:
    admin = cluster.admin()
    plural = f"{default['kind'].lower()}s"

    code, found = admin.ask("GET", f"{RBAC}/{plural}/{default['metadata']['name']}")

    assert code == 200
    parts = {part: found.get(part) for part in ("rules", "aggregationRule", "roleRef", "subjects")}
    golden.check(
        {"labels": found["metadata"].get("labels"), **{part: value for part, value in parts.items() if value}}
    )

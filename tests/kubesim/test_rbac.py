"""Authorization: RBAC, the node authorizer, escalation, access reviews."""

from __future__ import annotations

import time

import pytest

from apimachinery.errors import ForbiddenError, NotFoundError, StatusError
from kubesim.authorization import bootstrap_policy, escalation, reviews
from kubesim.authorization.authorizer import Authorizer
from kubesim.authorization.rules import RequestAttributes
from kubesim.machinery.users import SYSTEM, UserInfo, anonymous, service_account
from tests.kubesim.lookups import Objects, binding, obj, role, rule

JOE = UserInfo("joe", ("devs", "system:authenticated"))
MGR = rule("create update patch get", "roles rolebindings", "rbac.authorization.k8s.io")


def get(
    resource: str, namespace: str = "t", name: str = "", *, verb: str = "get", sub: str = "", group: str = ""
) -> RequestAttributes:
    return RequestAttributes(verb, group, resource, sub, namespace, name)


@pytest.fixture
def objects() -> Objects:
    return Objects(*(dict(one) for one in bootstrap_policy.defaults()))


@pytest.mark.parametrize(
    ("granted", "attributes", "allowed"),
    [
        (rule("get", "pods"), get("pods"), True),
        (rule("get", "pods"), get("pods", verb="list"), False),
        (rule("*", "pods"), get("pods", verb="list"), True),
        (rule("get", "pods"), get("pods", sub="log"), False),
        (rule("get", "pods/log"), get("pods", sub="log"), True),
        (rule("get", "*/log"), get("pods", sub="log"), True),
        (rule("get", "*/log"), get("pods"), False),
        (rule("get", "*"), get("pods", sub="log"), True),
        (rule("get", "pods"), get("pods", group="metrics.k8s.io"), False),
        (rule("get", "pods", "*"), get("pods", group="metrics.k8s.io"), True),
        (rule("get", "pods", names="a b"), get("pods", name="b"), True),
        (rule("get", "pods", names="a b"), get("pods", name="c"), False),
        (rule("list", "pods", names="a"), get("pods", verb="list"), False),
    ],
)
def test_a_rule_allows_what_its_words_say(
    objects: Objects, granted: dict[str, list[str]], attributes: RequestAttributes, allowed: bool
) -> None:
    objects.add(role("r", "t", granted))
    objects.add(binding("b", "t", "Role/r", "User/joe"))

    assert Authorizer(objects).decide(JOE, attributes).allowed is allowed


def test_a_role_binding_gives_a_cluster_role_in_its_namespace_only(objects: Objects) -> None:
    objects.add(binding("b", "t", "ClusterRole/view", "Group/devs"))
    authorizer = Authorizer(objects)

    assert authorizer.decide(JOE, get("pods", "t"))[:] == (
        True,
        'RBAC: allowed by RoleBinding "b/t" of ClusterRole "view" to Group "devs"',
    )
    assert not authorizer.decide(JOE, get("pods", "other")).allowed
    assert not authorizer.decide(JOE, get("pods", "")).allowed


def test_a_service_account_without_namespace_in_a_binding_is_the_bindings_own(objects: Objects) -> None:
    objects.add(role("r", "t", rule("get", "pods")))
    objects.add(binding("b", "t", "Role/r", "ServiceAccount/t/tenant"))

    decision = Authorizer(objects).decide(service_account("t", "tenant"), get("pods"))

    assert decision == (True, 'RBAC: allowed by RoleBinding "b/t" of Role "r" to ServiceAccount "tenant/t"')
    assert not Authorizer(objects).decide(service_account("u", "tenant"), get("pods")).allowed


def test_what_is_revoked_ends_with_the_next_request(objects: Objects) -> None:
    granting = objects.add(role("r", "t", rule("get", "pods")))
    bound = objects.add(binding("b", "t", "Role/r", "User/joe"))
    authorizer = Authorizer(objects)
    assert authorizer.decide(JOE, get("pods")).allowed

    objects.add({**granting, "rules": []})
    assert not authorizer.decide(JOE, get("pods")).allowed
    objects.add(granting)
    assert authorizer.decide(JOE, get("pods")).allowed
    objects.remove(bound)
    assert not authorizer.decide(JOE, get("pods")).allowed


def test_a_refusal_names_the_right_that_is_missing_and_the_roles_nobody_finds(objects: Objects) -> None:
    objects.add(binding("gone", "t", "Role/nope", "User/joe"))
    objects.add(binding("gone", "", "ClusterRole/nope", "User/joe"))

    with pytest.raises(ForbiddenError) as caught:
        Authorizer(objects).require(
            JOE, get("deployments", "t", "x", verb="patch", sub="status", group="apps")
        )

    assert caught.value.status.message == (
        'deployments.apps "x" is forbidden: User "joe" cannot patch resource "deployments/status" in API'
        ' group "apps" in the namespace "t": RBAC: [clusterrole.rbac.authorization.k8s.io "nope" not found,'
        ' role.rbac.authorization.k8s.io "nope" not found]'
    )


@pytest.mark.parametrize(
    ("user", "path", "allowed"),
    [
        (anonymous(), "/version", True),
        (anonymous(), "/api", False),
        (JOE, "/apis/apps/v1", True),
        (JOE, "/metrics", False),
        (SYSTEM, "/metrics", True),
    ],
)
def test_addresses_that_are_no_resources_have_rules_too(
    objects: Objects, user: UserInfo, path: str, allowed: bool
) -> None:
    assert Authorizer(objects).decide(user, RequestAttributes("get", path=path)).allowed is allowed


def test_a_node_reads_only_what_its_own_pods_refer_to(objects: Objects) -> None:
    spec = {"nodeName": "n1", "volumes": [{"name": "v", "secret": {"secretName": "mine"}}]}
    objects.add(obj("Pod", "p", "t", spec=spec))
    node = UserInfo("system:node:n1", ("system:nodes", "system:authenticated"))
    authorizer = Authorizer(objects)

    assert authorizer.decide(node, get("secrets", "t", "mine")).allowed
    assert authorizer.decide(node, get("secrets", "t", "other")).reason == (
        "no relationship found between node 'n1' and this object"
    )
    assert authorizer.decide(node, get("secrets", "t", verb="list")).reason == "No Object name found"
    assert not authorizer.decide(UserInfo("system:node:n1"), get("secrets", "t", "mine")).allowed
    lease = get("leases", "kube-node-lease", "n2", verb="update", group="coordination.k8s.io")
    assert "same name as the requesting node" in authorizer.decide(node, lease).reason


def test_nobody_grants_what_they_do_not_hold(objects: Objects) -> None:
    objects.add(role("mgr", "t", MGR, rule("get list", "pods")))
    objects.add(binding("mgr", "t", "Role/mgr", "User/ed"))
    ed = UserInfo("ed", ("system:authenticated",))
    wanted = role("r", "t", rule("get delete", "pods secrets"), rule("get", "deployments", "apps", "x y"))

    with pytest.raises(ForbiddenError) as caught:
        escalation.check(Authorizer(objects), objects, ed, "roles", wanted)

    assert caught.value.status.message == (
        'roles.rbac.authorization.k8s.io "r" is forbidden: user "ed" (groups=["system:authenticated"]) is'
        " attempting to grant RBAC permissions not currently held:\n"
        '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n'
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete"]}\n'
        '{APIGroups:["apps"], Resources:["deployments"], ResourceNames:["x"], Verbs:["get"]}\n'
        '{APIGroups:["apps"], Resources:["deployments"], ResourceNames:["y"], Verbs:["get"]}'
    )
    escalation.check(Authorizer(objects), objects, ed, "roles", role("r", "t", rule("list", "pods")))


def test_bind_and_escalate_are_rights_of_their_own(objects: Objects) -> None:
    authorizer, ed = Authorizer(objects), UserInfo("ed")
    admin = binding("b", "t", "ClusterRole/cluster-admin", "User/ed")
    objects.add(role("mgr", "t", MGR))
    objects.add(binding("mgr", "t", "Role/mgr", "User/ed"))
    with pytest.raises(ForbiddenError):
        escalation.check(authorizer, objects, ed, "rolebindings", admin)
    with pytest.raises(NotFoundError, match=r'roles.rbac.authorization.k8s.io "nope" not found'):
        escalation.check(authorizer, objects, ed, "rolebindings", binding("b", "t", "Role/nope"))

    bind = rule("bind", "clusterroles", "rbac.authorization.k8s.io", "cluster-admin")
    objects.add(role("mgr", "t", MGR, bind))
    escalation.check(authorizer, objects, ed, "rolebindings", admin)
    with pytest.raises(ForbiddenError):
        escalation.check(authorizer, objects, ed, "roles", role("r", "t", rule("*", "secrets")))
    objects.add(role("mgr", "t", rule("escalate", "roles", "rbac.authorization.k8s.io")))
    escalation.check(authorizer, objects, ed, "roles", role("r", "t", rule("*", "secrets")))


def test_can_i_answers_with_the_reason(objects: Objects) -> None:
    objects.add(binding("b", "t", "ClusterRole/view", "User/joe"))
    authorizer = Authorizer(objects)
    ask = {"spec": {"resourceAttributes": {"namespace": "t", "verb": "get", "resource": "pods"}}}

    assert reviews.self_subject_access(authorizer, JOE, ask)["status"] == {
        "allowed": True,
        "reason": 'RBAC: allowed by RoleBinding "b/t" of ClusterRole "view" to User "joe"',
    }
    assert reviews.self_subject_access(authorizer, UserInfo("jim"), ask)["status"] == {"allowed": False}
    with pytest.raises(StatusError, match="at least one of user or group must be specified"):
        reviews.subject_access(authorizer, ask)
    other = {"spec": {**ask["spec"], "user": "joe"}}
    assert reviews.subject_access(authorizer, other)["status"]["allowed"]
    with pytest.raises(StatusError, match=r"must match metadata\.namespace"):
        reviews.subject_access(authorizer, other, "u")


def test_the_rules_review_lists_what_a_user_may_do_in_a_namespace(objects: Objects) -> None:
    objects.add(role("r", "t", rule("get list", "pods")))
    objects.add(binding("b", "t", "Role/r", "User/joe"))

    status = reviews.self_subject_rules(Authorizer(objects), JOE, {"spec": {"namespace": "t"}})["status"]

    assert {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]} in status["resourceRules"]
    assert len(status["resourceRules"]) == 2
    assert status["nonResourceRules"][0]["verbs"] == ["get"]


def test_a_thousand_tenants_do_not_slow_a_decision(objects: Objects) -> None:
    for number in range(1000):
        objects.add(binding("tenant", f"t{number}", "ClusterRole/edit", f"ServiceAccount/t{number}/tenant"))
    authorizer = Authorizer(objects)
    users = [service_account(f"t{number}", "tenant") for number in range(1000)]
    authorizer.decide(users[0], get("pods", "t0"))

    begun = time.perf_counter()
    assert all(
        authorizer.decide(user, get("pods", f"t{number}")).allowed for number, user in enumerate(users)
    )

    assert (time.perf_counter() - begun) / 1000 < 0.001

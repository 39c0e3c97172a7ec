"""What a tenant's kubeconfig can do: every verb on every resource, held to the one documented table."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import pytest

from apimachinery.resources import ACCESS_REVIEWS, CLUSTER_ROLES, NODES, SECRETS, SERVICE_ACCOUNTS
from tests.isolation.tenants import Two, create_objects, refused, state
from tests.planes.kubernetes_api import MERGE, Api
from tests.planes.waiting import until
from yurt_console import manifests
from yurt_console.yurt.well_known_labels import TENANT_LABEL, TENANT_NODE_LABEL

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
SPECIAL = ("impersonate", "bind", "escalate", "use", "approve", "sign", "proxy", "*")
"""Verbs that no address has, asked of everything that RBAC knows them for."""
SPECIAL_OF = (
    ("", "users"), ("", "groups"), ("", "serviceaccounts"), ("", "nodes"), ("", "services"), ("", "pods"),
    ("authentication.k8s.io", "userextras/account.openyurt.io"), ("rbac.authorization.k8s.io", "roles"),
    ("rbac.authorization.k8s.io", "clusterroles"), ("policy", "podsecuritypolicies"),
    ("certificates.k8s.io", "signers"), ("*", "*"),
)  # fmt: skip
QUESTIONS = {"selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"}
ELSEWHERE = ("default", "kube-system", "kube-public", "yurt-console")


class Right(NamedTuple):
    """One thing that RBAC allows; ``name`` "" is every name."""

    verb: str
    group: str
    resource: str
    name: str = ""


class Kind(NamedTuple):
    """A resource as discovery lists it."""

    group: str
    version: str
    resource: str
    namespaced: bool
    verbs: tuple[str, ...]

    def path(self, namespace: str = "", name: str = "") -> str:
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        place = f"/namespaces/{namespace}" if namespace else ""
        return f"{root}{place}/{self.resource}" + (f"/{name}" if name else "")


def rights(rules: Iterable[Mapping[str, Any]]) -> set[Right]:
    """Rules taken apart."""
    return {
        Right(verb, group, resource, name)
        for rule in rules
        for verb in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for name in rule.get("resourceNames") or ("",)
    }


def documented() -> set[Right]:
    """ClusterRole yurt-console-tenant: a test holds docs/permissions.md to it, rule by rule."""
    [role] = [
        one
        for one in manifests.rbac("yurt-console")
        if (one["kind"], one["metadata"]["name"]) == ("ClusterRole", "yurt-console-tenant")
    ]
    return rights(role["rules"])


def everywhere(two: Two, name: str) -> set[Right]:
    """What holds in every place: asking about oneself, and the own nodes and pool by name."""
    nodes = [node["metadata"] for node in two.api.list(NODES)]
    own = [node["name"] for node in nodes if node.get("labels", {}).get(TENANT_NODE_LABEL) == name]
    return {
        *(Right("create", *one) for one in two.platform.plane.expected.self_reviews),
        *(Right("get", "", "nodes", node) for node in own),
        Right("get", "apps.openyurt.io", "nodepools", name),
    }


def expected(two: Two, name: str, place: str) -> set[Right]:
    """The whole table: what ``name`` may do in a place, "" being the whole cluster."""
    return everywhere(two, name) | (documented() if place == name else set())


def reviewed_rights(api: Api, place: str) -> set[Right]:
    """What the API server says, as ``kubectl auth can-i --list`` asks it."""
    path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    answer = api.done("POST", path, {"spec": {"namespace": place}})
    assert not answer["status"]["incomplete"], answer
    return rights(answer["status"]["resourceRules"])


def discovered(api: Api) -> list[Kind]:
    """Every resource and subresource of every group, once."""
    groups = api.done("GET", "/apis")["groups"]
    served = [("", "v1"), *((one["name"], v["version"]) for one in groups for v in one["versions"])]
    found: dict[tuple[str, str], Kind] = {}
    for group, version in served:
        for one in api.done("GET", f"/apis/{group}/{version}" if group else "/api/v1")["resources"]:
            kind = Kind(group, version, one["name"], one["namespaced"], tuple(one["verbs"]))
            found.setdefault((group, one["name"]), kind)
    return list(found.values())


def test_the_rules_told_to_a_tenant_are_the_documented_ones_and_no_others(two: Two) -> None:
    for own, other in ((two.a, two.b), (two.b, two.a)):
        tenant = two.platform.tenant(own)
        for place in (own, other, *ELSEWHERE):
            until(partial(agrees, two, tenant, own, place), 20, f"{own} may do in {place} what is documented")


def agrees(two: Two, tenant: Api, own: str, place: str) -> bool:
    return reviewed_rights(tenant, place) == expected(two, own, place)


def test_every_verb_on_every_resource_in_every_place_is_answered_as_the_table_says(two: Two) -> None:
    with two.tenant.over_one_connection() as tenant:
        known = {(kind.group, kind.resource) for kind in discovered(tenant)}
        known |= {(right.group, right.resource) for right in documented()}
        assert len(known) > 80
        asked = [Right(verb, *one) for one in sorted(known) for verb in VERBS]
        asked += [Right(verb, *one) for one in SPECIAL_OF for verb in SPECIAL]
        wrong = []
        for place in (two.a, two.b, ""):
            table = expected(two, two.a, place)
            for right in asked:
                if allowed(tenant, right, place) != (right in table):
                    wrong.append((place, right))
    assert wrong == []


def test_names_open_the_own_node_and_pool_only(two: Two) -> None:
    tenant, pools = two.tenant, ("apps.openyurt.io", "nodepools")
    until(lambda: allowed(tenant, Right("get", "", "nodes", two.node_a), ""), 15, "the own node")
    for verb in VERBS:
        for group, resource, own, other in (
            ("", "nodes", two.node_a, two.node_b),
            (*pools, two.a, two.b),
            ("user.openyurt.io", "users", "", two.a),
        ):
            for name in filter(None, (own, other)):
                right = Right(verb, group, resource, name)
                assert allowed(tenant, right, "") == (name == own and verb == "get"), right


def test_an_endless_token_of_the_account_opens_the_same_and_no_more(two: Two) -> None:
    """Kubernetes makes one for every ServiceAccount before 1.24, and a tenant can read it, or make one."""
    for own, other in ((two.a, two.b), (two.b, two.a)):
        tenant = two.platform.tenant(own)
        old = tenant.holding(endless(two, tenant, own))
        for place in (own, other, "kube-system"):
            assert reviewed_rights(old, place) == reviewed_rights(tenant, place)
            assert agrees(two, old, own, place)
        assert old.ask("GET", old.path(SECRETS, "", own)).code == 200
        for path in (old.path(SECRETS, "", other), old.path(SECRETS), old.path(NODES)):
            refused(old.ask("GET", path))


def test_every_address_of_another_tenant_and_of_the_cluster_is_refused(two: Two) -> None:
    """The requests themselves, not what reviews say of them."""
    create_objects(two.platform.tenant(two.b), two.second)
    before = state(two.api, two.second)
    let_in = []
    with two.tenant.over_one_connection() as tenant:
        for method, path in attempts(two, tenant):
            answer = tenant.ask(method, path, {} if method != "GET" else None, content_type=_TYPES[method])
            if answer.code != 403:
                let_in.append((method, path, answer.code))
    assert let_in == []
    after = state(two.api, two.second)
    assert {key: after.get(key) for key in before} == before


_TYPES = {**dict.fromkeys(("GET", "POST", "PUT", "DELETE"), "application/json"), "PATCH": MERGE}


def attempts(two: Two, api: Api) -> Iterator[tuple[str, str]]:
    """Every method on B's namespace and on the cluster, for every resource that discovery lists."""
    for kind in discovered(api):
        if "/" in kind.resource or kind.resource in QUESTIONS:
            continue
        places = [two.b, "kube-system"] if kind.namespaced else [""]
        for place in places:
            path = kind.path(place)
            yield from ((method, path) for method in ("POST", "DELETE"))
            for query in ("", "?watch=true", "?limit=1&labelSelector=a"):
                yield "GET", path + query
            for method in ("GET", "PUT", "PATCH", "DELETE"):
                yield method, kind.path(place, named(two, kind))
        if kind.namespaced:
            yield from (("GET", kind.path() + query) for query in ("", "?watch=true"))


def named(two: Two, kind: Kind) -> str:
    """What an attack on this kind is about."""
    known = {"nodes": two.node_b, "nodepools": two.b, "users": two.b, "namespaces": two.b}
    return known.get(kind.resource, f"{two.second.word}-web")


def test_nothing_in_the_own_namespace_leads_out_of_it(two: Two) -> None:
    api, own = two.tenant, two.a
    space = f"/api/v1/namespaces/{own}"
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{own}"
    binding = {"metadata": {"name": "x"}, "target": {"kind": "Node", "name": two.node_b}}
    for method, path, body in (
        ("POST", f"{space}/serviceaccounts/tenant/token", {"spec": {}}),
        ("POST", f"{space}/serviceaccounts/default/token", {"spec": {}}),
        ("POST", f"{space}/pods/x/binding", binding),
        ("POST", f"{space}/bindings", binding),
        ("GET", f"{space}/pods/x/proxy/", None),
        ("GET", f"{space}/services/x/proxy/", None),
        ("GET", f"/api/v1/nodes/{two.node_a}/proxy/pods", None),
        ("POST", f"{space}/endpoints", {}),
        ("PATCH", f"{space}/resourcequotas/tenant", {"spec": {"hard": None}}),
        ("DELETE", f"{space}/limitranges/tenant", None),
        ("PATCH", space, {"metadata": {"labels": {TENANT_LABEL: None}}}),
        ("PUT", f"{space}/finalize", {}),
        ("DELETE", f"/apis/networking.k8s.io/v1/namespaces/{own}/networkpolicies/tenant", None),
        ("POST", f"/apis/networking.k8s.io/v1/namespaces/{own}/networkpolicies", {}),
        ("POST", f"{rbac}/roles", {}),
        ("DELETE", f"{rbac}/rolebindings/yurt-console-impersonate", None),
    ):
        content_type = MERGE if method == "PATCH" else "application/json"
        answer = api.ask(method, path, body, content_type=content_type)
        is_served = "could not find the requested resource" not in str(answer.body)
        assert answer.code == (403 if is_served else 404), (method, path, answer)


def test_a_tenant_binds_no_role_at_all_to_themselves(two: Two) -> None:
    path = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{two.a}/rolebindings"
    roles = [("ClusterRole", role["metadata"]["name"]) for role in two.api.list(CLUSTER_ROLES)]
    assert ("ClusterRole", "cluster-admin") in roles
    with two.tenant.over_one_connection() as tenant:
        for kind, name in (*roles, ("Role", "mine")):
            body = {
                "metadata": {"name": "mine"},
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
                "subjects": [{"kind": "ServiceAccount", "name": "tenant", "namespace": two.a}],
            }
            refused(tenant.ask("POST", path, body), "rolebindings")
            cluster = path.replace(f"namespaces/{two.a}/rolebindings", "clusterrolebindings")
            refused(tenant.ask("POST", cluster, body), "clusterrolebindings")


@pytest.mark.parametrize(
    "identity",
    [
        ("system:admin", "system:masters"),
        ("system:serviceaccount:{b}:tenant",),
        ("system:serviceaccount:{a}:tenant",),
        ("system:serviceaccount:yurt-console:yurt-console-operator",),
        ("system:node:{node_b}", "system:nodes"),
    ],
    ids=["an administrator", "the other tenant", "oneself", "the operator", "a node"],
)
def test_a_tenant_acts_as_nobody_else(two: Two, identity: Sequence[str]) -> None:
    user, *groups = (text.format(a=two.a, b=two.b, node_b=two.node_b) for text in identity)
    disguised = two.tenant.acting_as(user, *groups)
    refused(disguised.ask("GET", disguised.path(SECRETS, "", two.a)), "impersonate")


def allowed(api: Api, right: Right, place: str) -> bool:
    """What an access review says."""
    resource, _, subresource = right.resource.partition("/")
    about = {"verb": right.verb, "group": right.group, "resource": resource, "subresource": subresource}
    attributes = {**about, "namespace": place, "name": right.name}
    path = ACCESS_REVIEWS.path("v1")
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": ACCESS_REVIEWS.kind}
    answer = api.done("POST", path, {**body, "spec": {"resourceAttributes": attributes}})
    return bool(answer["status"]["allowed"])


def endless(two: Two, api: Api, namespace: str) -> str:
    """The token in a Secret of ServiceAccount ``tenant``, as its tenant reads it."""
    name = "endless"
    if two.platform.plane.expected.token_secrets:
        account = partial(api.get, SERVICE_ACCOUNTS, "tenant", namespace)
        name = until(lambda: account().get("secrets"), 20, "its Secret")[0]["name"]
    else:
        metadata = {"name": name, "annotations": {"kubernetes.io/service-account.name": "tenant"}}
        wanted = {"metadata": metadata, "type": "kubernetes.io/service-account-token"}
        api.create(SECRETS, wanted, namespace)
    data = until(lambda: api.get(SECRETS, name, namespace).get("data"), 20, "its token")
    return base64.b64decode(data["token"]).decode()

"""Which certificate requests make a machine a tenant's node, and why all others do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from tests import requests, rows
from tests.requests import HUB, KUBELET_USAGES, hub_row, pem, row
from yurt_console.rows import CertificateRequest, Condition, User
from yurt_console.tenancy import naming
from yurt_console.tenancy.nodes.node_approval import (
    CLIENT_SIGNER,
    KUBELET_SIGNER,
    Approve,
    Decision,
    DecisionInputs,
    Deny,
    Ignore,
    condition,
    decide,
    is_decided,
    node_name,
    node_to_create,
    pool_labels_to_restore,
)
from yurt_console.yurt.releases import release
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL

A, B = "user-aaaaaaaaaaaaaaaaaaaa", "user-bbbbbbbbbbbbbbbbbbbb"
A1, A2, A3, B1 = f"{A}-1", f"{A}-2", f"{A}-3", f"{B}-1"
NOW = datetime.fromisoformat(rows.CREATED) + timedelta(days=1)
OLD, NEW = release("v1.6.1"), release("v1.7.0")


def inputs(*users: User, nodes: dict[str, str] | None = None, hub: bool = False) -> DecisionInputs:
    accounts = {user.name: user for user in users or (rows.user(A),)}
    return DecisionInputs(accounts, nodes or {}, OLD if hub else NEW)


def answer(request: CertificateRequest, what: DecisionInputs | None = None) -> Decision:
    return decide(request, what or inputs(), NOW)


def reason(request: CertificateRequest, what: DecisionInputs | None = None) -> str:
    decision = answer(request, what)
    assert isinstance(decision, Deny), decision
    return decision.reason


def test_a_kubelet_with_a_tenants_token_becomes_the_tenants_node() -> None:
    assert answer(row(A, A1)) == Approve(A1, A, returning=False)


def test_a_name_as_long_as_join_scripts_make_them_is_taken() -> None:
    assert isinstance(answer(row(A, f"{A}-{'a' * 37}")), Approve)


def test_a_node_that_is_the_tenants_is_let_back_in_even_when_there_is_no_room_for_another() -> None:
    full = inputs(rows.user(A, max_node_num=1), nodes={A1: A})
    assert answer(row(A, A1), full) == Approve(A1, A, returning=True)
    assert reason(row(A, A2), full) == "NodeLimitReached"


@pytest.mark.parametrize("node", [B1, "master-1", A, f"{A}x-1", f"{A}-"])
def test_a_name_that_is_not_of_the_tenants_form_is_refused_whether_there_is_such_a_node_or_not(
    node: str,
) -> None:
    for nodes in ({}, {node: B}, {node: ""}, {node: A}):
        assert reason(row(A, node), inputs(nodes=nodes)) in ("NodeNameNotAllowed", "NodeNameInvalid")


@pytest.mark.parametrize("owner", [B, ""], ids=["another tenant's", "the platform's"])
def test_the_name_of_a_node_that_is_not_the_tenants_is_refused_without_saying_whose_it_is(owner: str) -> None:
    decision = answer(row(A, A3), inputs(nodes={A3: owner}))
    assert isinstance(decision, Deny)
    assert decision.reason == "NodeNameTaken"
    assert A3 in decision.message
    assert B not in decision.message


def test_the_refusal_of_one_node_too_many_says_how_many_there_may_be() -> None:
    decision = answer(row(A, A3), inputs(rows.user(A, max_node_num=2), nodes={A1: A, A2: A, B1: B}))
    assert isinstance(decision, Deny)
    assert "may have 2 nodes and has 2" in decision.message


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"suspended": True}, "AccountSuspended"),
        ({"effective_time": "2024-02-01T00:00:00Z"}, "AccountExpired"),
        ({"deleting": True}, "AccountTerminating"),
        ({"approved": False}, "AccountPendingApproval"),
        ({"effective_time": ""}, "AccountPreparing"),
        ({"role": "admin"}, "AccountHasNoNodes"),
    ],
    ids=str,
)
def test_an_account_that_may_not_use_the_cluster_joins_nothing_not_even_its_own_nodes(
    fields: dict[str, Any], expected: str
) -> None:
    assert reason(row(A, A1), inputs(rows.user(A, **fields), nodes={A1: A})) == expected


def test_an_account_renewed_a_moment_ago_joins_before_its_status_says_so() -> None:
    renewed = rows.user(A, expired=True, valid_period=30)
    assert isinstance(answer(row(A, A1), inputs(renewed)), Approve)


def test_a_token_of_an_account_that_is_gone_or_of_an_earlier_one_of_that_name_joins_nothing() -> None:
    assert reason(row(A, A1), inputs(rows.user(B))) == "AccountUnknown"
    assert reason(row(A, A1, account_uid="an earlier one"), inputs()) == "AccountUnknown"


@pytest.mark.parametrize(
    "fields",
    [
        {"username": f"system:node:{A1}", "groups": ("system:nodes", "system:authenticated")},
        {"groups": ("system:bootstrappers", "system:bootstrappers:kubeadm:default-node-token")},
        {"username": "somebody"},
        {"groups": (f"system:bootstrappers:yurt-console:{A}", f"system:bootstrappers:yurt-console:{B}")},
    ],
    ids=["a node's own", "kubeadm's token", "no token", "two accounts"],
)
def test_what_others_ask_for_is_left_alone(fields: dict[str, Any]) -> None:
    assert answer(row(A, A1, **fields)) == Ignore()


@pytest.mark.parametrize(
    ("signer", "organizations", "name"),
    [
        (KUBELET_SIGNER, ("system:masters",), "kubernetes-admin"),
        (KUBELET_SIGNER, ("system:nodes", "system:masters"), f"system:node:{A1}"),
        (KUBELET_SIGNER, ("system:nodes", "system:nodes"), f"system:node:{A1}"),
        (KUBELET_SIGNER, (), f"system:node:{A1}"),
        (KUBELET_SIGNER, ("system:nodes",), "system:kube-proxy"),
        (CLIENT_SIGNER, ("system:nodes",), f"system:node:{A1}"),
        (CLIENT_SIGNER, ("system:masters",), "kubernetes-admin"),
        (CLIENT_SIGNER, (), "system:kube-controller-manager"),
        (CLIENT_SIGNER, HUB, f"system:node:{A1}"),
    ],
    ids=str,
)
def test_a_certificate_that_is_not_a_kubelets_is_refused(
    signer: str, organizations: tuple[str, ...], name: str
) -> None:
    request = row(A, request=pem(name, organizations), signer=signer)
    assert reason(request) in ("SubjectNotAllowed", "NodeNameInvalid")


@pytest.mark.parametrize("signer", ["kubernetes.io/kubelet-serving", "kubernetes.io/legacy-unknown", "a.b/c"])
def test_other_signers_are_refused(signer: str) -> None:
    assert reason(row(A, A1, signer=signer)) == "SignerNotAllowed"


@pytest.mark.parametrize("node", ["", "UPPER", "a_b", "-a", "a..b", "a" * 254, "a/b", "a b", "ä"])
def test_a_name_that_no_node_can_have_is_refused(node: str) -> None:
    assert reason(row(A, request=pem(f"system:node:{node}"))) == "NodeNameInvalid"


@pytest.mark.parametrize(
    "usages",
    [
        ("client auth",),
        (*KUBELET_USAGES, "server auth"),
        (*KUBELET_USAGES, "client auth"),
        ("digital signature", "key encipherment", "server auth"),
        (),
    ],
    ids=str,
)
def test_other_usages_are_refused(usages: tuple[str, ...]) -> None:
    assert reason(row(A, A1, usages=usages)) == "UsagesNotAllowed"


def test_a_newer_kubelet_with_an_elliptic_key_asks_without_key_encipherment() -> None:
    assert isinstance(answer(row(A, A1, usages=("digital signature", "client auth"))), Approve)


@pytest.mark.parametrize(
    "extension",
    [
        x509.SubjectAlternativeName([x509.DNSName("kubernetes.default.svc")]),
        x509.BasicConstraints(ca=True, path_length=None),
    ],
    ids=["names", "an authority"],
)
def test_other_names_and_extensions_are_refused(extension: x509.ExtensionType) -> None:
    request = row(A, request=pem(f"system:node:{A1}", extensions=[extension]))
    assert reason(request) == "ExtensionsNotAllowed"


@pytest.mark.parametrize(
    "private",
    [rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP192R1())],
    ids=["RSA 1024", "P-192"],
)
def test_a_weak_key_is_refused(private: requests.Key) -> None:
    assert reason(row(A, request=pem(f"system:node:{A1}", private=private))) == "KeyNotAllowed"


def test_a_strong_rsa_key_will_do() -> None:
    private = rsa.generate_private_key(65537, 2048)
    assert isinstance(answer(row(A, request=pem(f"system:node:{A1}", private=private))), Approve)


def test_a_second_name_or_anything_else_in_the_subject_is_refused() -> None:
    for kind, value in ((NameOID.COMMON_NAME, f"system:node:{B1}"), (NameOID.ORGANIZATIONAL_UNIT_NAME, "x")):
        more = [x509.NameAttribute(kind, value)]
        assert reason(row(A, request=pem(f"system:node:{A1}", more=more))) == "SubjectNotAllowed"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text + pem(f"system:node:{B1}"),
        lambda text: "x\n" + text,
        lambda text: text.replace("-----\n", "-----\nProc-Type: 4\n\n", 1),
        lambda text: text.replace("CERTIFICATE REQUEST", "CERTIFICATE"),
        lambda text: text[:37] + "AAAA" + text[41:],
        lambda text: text[:200],
    ],
    ids=["empty", "two", "text before", "headers", "another kind", "damaged", "cut"],
)
def test_what_two_parsers_could_read_differently_is_refused(spoil: Any) -> None:
    assert reason(row(A, request=spoil(pem(f"system:node:{A1}")))) == "RequestMalformed"


def test_a_request_signed_with_another_key_is_refused() -> None:
    good = pem(f"system:node:{A1}")
    lines = good.splitlines()
    end = lines[-2]
    lines[-2] = end[:-8] + ("A" if end[-8] != "A" else "B") + end[-7:]
    assert reason(row(A, request="\n".join(lines) + "\n")) in ("KeyNotAllowed", "RequestMalformed")


@given(st.text(), st.lists(st.text(max_size=20), max_size=4))
def test_whatever_is_sent_there_is_an_answer(text: str, usages: list[str]) -> None:
    decision = answer(row(A, request=text, usages=tuple(usages)))
    assert isinstance(decision, Deny)
    assert node_name(row(A, request=text)) == ""


def test_up_to_1_6_yurthub_gets_a_certificate_for_the_same_name_as_the_node() -> None:
    there = inputs(nodes={A1: A}, hub=True)
    assert answer(hub_row(A, A1), there) == Approve(A1, A, returning=True)
    assert answer(hub_row(A, A2), there) == Approve(A2, A, returning=False)
    assert answer(hub_row(A, A1, (*HUB, f"openyurt:tenant:{A}")), there) == Approve(A1, A, True)
    assert reason(hub_row(A, B1), inputs(nodes={B1: B}, hub=True)) == "NodeNameNotAllowed"


@pytest.mark.parametrize(
    "organizations",
    [
        (*HUB, f"openyurt:tenant:{B}"),
        (*HUB, "system:masters"),
        (*HUB, "openyurt:yurttunnel"),
        (*HUB, HUB[0]),
        ("openyurt:yurthub",),
    ],
    ids=str,
)
def test_yurthub_gets_no_other_group(organizations: tuple[str, ...]) -> None:
    assert reason(hub_row(A, A1, organizations), inputs(hub=True)) == "SubjectNotAllowed"


@given(
    most=st.integers(0, 4),
    asked=st.lists(st.tuples(st.sampled_from([A, B]), st.sampled_from("abcdefg")), max_size=12),
    there=st.dictionaries(
        st.builds("{}-{}".format, st.sampled_from([A, B]), st.sampled_from("abcdefg")),
        st.sampled_from([A, B, ""]),
    ),
)
def test_however_many_ask_at_once_nobody_gets_more_nodes_or_another_ones(
    most: int, asked: list[tuple[str, str]], there: dict[str, str]
) -> None:
    users = {name: rows.user(name, max_node_num=most) for name in (A, B)}
    nodes = dict(there)
    for name, last in asked:
        node = f"{name}-{last}"
        decision = decide(row(name, node), DecisionInputs(users, nodes, NEW), NOW)
        if isinstance(decision, Approve):
            assert nodes.get(node, name) == name
            assert decision.returning == (node in nodes)
            nodes[node] = decision.tenant
    for name in (A, B):
        before, after = (sum(owner == name for owner in each.values()) for each in (there, nodes))
        assert after <= max(most, before)
    assert nodes | there == nodes


def test_the_tenant_of_a_request_is_who_the_api_server_says() -> None:
    assert naming.account_of(row(A, A1)) == A
    assert naming.account_of(row(A, username="system:serviceaccount:x:y")) == ""


def test_a_node_is_made_with_its_tenants_label_taint_and_pool() -> None:
    user = rows.user(A)
    node = node_to_create(user, A1, OLD, pools=True)
    assert node["metadata"]["labels"] == {
        "node-restriction.kubernetes.io/tenant": A,
        "openyurt.io/is-edge-worker": "true",
        "apps.openyurt.io/nodepool": A,
    }
    assert node["spec"]["taints"] == [naming.node_taint()]
    older = node_to_create(user, A1, release("v1.3.4"), pools=True)["metadata"]["labels"]
    assert older["apps.openyurt.io/desired-nodepool"] == A
    assert "apps.openyurt.io/nodepool" not in older
    assert "nodepool" not in str(node_to_create(user, A1, NEW, pools=False))


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"apps.openyurt.io/nodepool": A}, {}),
        ({"apps.openyurt.io/nodepool": B}, {"apps.openyurt.io/nodepool": A}),
        ({}, {"apps.openyurt.io/nodepool": A}),
        ({"openyurt.io/is-edge-worker": "false"}, {}),
        (
            {"openyurt.io/is-edge-worker": "false", "apps.openyurt.io/nodepool": B},
            {"apps.openyurt.io/nodepool": A},
        ),
    ],
    ids=str,
)
def test_a_node_that_moved_to_another_pool_gets_its_own_back(
    labels: dict[str, str], expected: dict[str, str]
) -> None:
    given_labels = {TENANT_NODE_LABEL: A, "openyurt.io/is-edge-worker": "true", **labels}
    assert pool_labels_to_restore(rows.node(labels=given_labels), NEW) == expected
    without = {key: value for key, value in given_labels.items() if key != TENANT_NODE_LABEL}
    assert pool_labels_to_restore(rows.node(labels=without), NEW) == {}


def test_what_is_written_says_what_was_decided() -> None:
    assert condition(Approve(A1, A, returning=False)).type == "Approved"
    denied = condition(Deny("NodeLimitReached", "too many"))
    assert denied == Condition("Denied", "True", "NodeLimitReached", "too many")
    assert is_decided(row(A, A1, conditions=(denied,)))
    assert not is_decided(row(A, A1))


def test_no_denial_holds_what_was_sent() -> None:
    for text in ("Robert'); DROP", "<script>"):
        decision = answer(row(A, request=pem(f"system:node:{text}")))
        assert text not in str(decision)
    assert NOW.tzinfo == UTC

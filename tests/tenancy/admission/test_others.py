"""Services, Nodes and Users before the admission webhook, and the envelope they come in."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest

from tests.tenancy.admission.asking import OTHER, TENANT, request
from yurt_console.settings import Settings
from yurt_console.tenancy.accounts import user_objects
from yurt_console.tenancy.accounts.profile import Contact
from yurt_console.tenancy.admission import review
from yurt_console.tenancy.admission.decide import DecisionInputs, decide, node_in_question
from yurt_console.tenancy.admission.review import Request, Verdict, refused
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL

CONSOLE = "system:serviceaccount:yurt-console:yurt-console"
NODE = f"{TENANT}-barn"


def asked(question: Request, owner: str | None = None) -> Verdict:
    return decide(question, DecisionInputs(CONSOLE, owner))


def service(*addresses: str) -> dict[str, Any]:
    return {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}], "externalIPs": list(addresses)}}


def test_a_service_has_no_external_addresses() -> None:
    assert asked(request("services", service())) == Verdict()
    assert "externalIPs" in asked(request("services", service("192.0.2.1"))).message
    more = request("services", service("192.0.2.1"), operation="UPDATE", before=service())
    assert asked(more).refusals
    fewer = request("services", service(), operation="UPDATE", before=service("192.0.2.1"))
    assert asked(fewer) == Verdict()


def node(name: str = NODE, **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, **metadata}, "spec": {}}


def made_by(name: str, found: dict[str, Any]) -> Request:
    return request("nodes", found, user=f"system:node:{name}")


def test_a_kubelet_whose_node_is_there_is_let_through() -> None:
    question = made_by(NODE, node())
    assert node_in_question(question) == NODE
    assert asked(question, TENANT) == Verdict()


def test_a_departed_tenants_node_does_not_come_back() -> None:
    assert "cannot create it again" in asked(made_by(NODE, node()), None).message


def test_administrators_nodes_and_administrators_are_not_concerned() -> None:
    assert asked(made_by("cloud-1", node("cloud-1")), None) == Verdict()
    assert asked(request("nodes", node(), user="kubernetes-admin"), None) == Verdict()


def test_a_kubelet_makes_no_other_node_and_does_not_say_whose_it_is() -> None:
    assert asked(made_by("cloud-1", node("cloud-2")), None).refusals
    labels = {TENANT_NODE_LABEL: OTHER}
    assert asked(made_by("cloud-1", node("cloud-1", labels=labels)), None).refusals
    assert asked(made_by(NODE, node(labels=labels)), TENANT).refusals


@pytest.fixture
def account() -> dict[str, Any]:
    """What the console writes when somebody registers."""
    contact = Contact("ann@example.com", "+8613800138000", "ACME")
    return user_objects.new_user(contact, "id:salt:hash", Settings(), key="idempotent")


def test_the_console_registers_tenants_and_replaces_their_tokens(account: dict[str, Any]) -> None:
    assert asked(request("users", account, user=CONSOLE)) == Verdict()
    replaced = {**account, "spec": {**account["spec"], "token": "new", "tokenGeneration": 2}}
    assert asked(request("users", replaced, user=CONSOLE, operation="UPDATE", before=account)) == Verdict()


@pytest.mark.parametrize("role", ["admin", "root", ""])
def test_the_console_makes_no_administrators(account: dict[str, Any], role: str) -> None:
    made = {**account, "spec": {**account["spec"], "role": role}}
    assert asked(request("users", made, user=CONSOLE)).refusals
    assert asked(request("users", made, user=CONSOLE, operation="UPDATE", before=account)).refusals
    assert asked(request("users", made, user="kubernetes-admin")) == Verdict()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("approved", False),
        ("suspended", True),
        ("validPeriod", 0),
        ("maxNodeNum", 1000),
        ("namespace", "kube-system"),
        ("kubeConfig", "x"),
        ("nodeAddScript", "x"),
        ("email", "eve@example.com"),
    ],
)
def test_the_console_changes_nothing_else_of_an_account(
    account: dict[str, Any], field: str, value: object
) -> None:
    changed = {**account, "spec": {**account["spec"], field: value}}
    verdict = asked(request("users", changed, user=CONSOLE, operation="UPDATE", before=account))
    assert field in verdict.message
    assert asked(request("users", changed, operation="UPDATE", before=account)) == Verdict()


@pytest.mark.parametrize("part", ["labels", "annotations", "finalizers", "ownerReferences"])
def test_the_console_leaves_an_accounts_metadata_alone(account: dict[str, Any], part: str) -> None:
    changed = {**account, "metadata": {**account["metadata"], part: ["x"]}}
    assert part in asked(request("users", changed, user=CONSOLE, operation="UPDATE", before=account)).message


def test_the_console_registers_nothing_but_what_people_tell_it(account: dict[str, Any]) -> None:
    for field in ("namespace", "kubeConfig", "nodeAddScript"):
        made = {**account, "spec": {**account["spec"], field: "x"}}
        assert field in asked(request("users", made, user=CONSOLE)).message
    named = {**account, "metadata": {"name": "kube-system"}}
    assert asked(request("users", named, user=CONSOLE)).refusals


def test_an_answer_says_why_or_how() -> None:
    no = msgspec.json.decode(review.answer("u", refused("one", "two")))["response"]
    assert (no["uid"], no["allowed"], no["status"]["message"]) == ("u", False, "one; two")
    operations = ({"op": "add", "path": "/a", "value": 1},)
    yes = msgspec.json.decode(review.answer("u", Verdict(patch=operations)))["response"]
    assert yes["allowed"]
    assert msgspec.json.decode(base64.b64decode(yes["patch"])) == list(operations)


def test_what_is_no_review_is_not_read() -> None:
    for body in (b"", b"{}", b"[]", b'{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview"}'):
        with pytest.raises(msgspec.MsgspecError):
            review.read(body)


def test_a_request_shows_no_objects() -> None:
    assert "secret-value" not in repr(request("users", {"spec": {"token": "secret-value"}}))


ADMINISTRATORS = "system:serviceaccount:yurt-console:yurt-console-admin"
TERMS: dict[str, Any] = {
    "approved": False,
    "suspended": True,
    "suspensionReason": "unpaid",
    "validPeriod": 30,
    "maxNodeNum": 9,
    "token": "new",
    "tokenGeneration": 2,
}


def changed_by_administrators(account: dict[str, Any], **fields: Any) -> Verdict:
    changed = {**account, "spec": {**account["spec"], **fields}}
    return asked(request("users", changed, user=ADMINISTRATORS, operation="UPDATE", before=account))


def test_administrators_change_the_terms_of_a_tenants_account(account: dict[str, Any]) -> None:
    assert changed_by_administrators(account, **TERMS) == Verdict()


@pytest.mark.parametrize("field", ["role", "email", "namespace", "kubeConfig", "mobilephone"])
def test_administrators_change_nothing_else_in_the_console(account: dict[str, Any], field: str) -> None:
    assert field in changed_by_administrators(account, **{field: "admin"}).message


def test_no_administrators_account_is_made_or_changed_in_the_console(account: dict[str, Any]) -> None:
    assert asked(request("users", account, user=ADMINISTRATORS)).refusals
    admin = {**account, "spec": {**account["spec"], "role": "admin"}}
    assert changed_by_administrators(admin, suspended=True).refusals

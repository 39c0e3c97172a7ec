"""What becomes of pods and DaemonSets in a tenant's namespace."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubesim.patch.json_patch import json_patch
from tests.tenancy.admission.asking import OTHER, TENANT, pod, request, with_container
from yurt_console.tenancy.admission import confinement
from yurt_console.tenancy.admission.decide import DecisionInputs, decide, final, node_in_question
from yurt_console.tenancy.admission.review import Request, Verdict
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL, TENANT_TAINT, TENANT_TAINT_VALUE

KUBELET = f"system:node:{TENANT}-barn"
MIRROR = {"kubernetes.io/config.mirror": "0123"}
OWN_TOLERATION = {"key": TENANT_TAINT, "operator": "Equal", "value": TENANT_TAINT_VALUE}


def asked(question: Request, owner: str | None = None) -> Verdict:
    return decide(question, DecisionInputs("console", owner))


def admitted(found: dict[str, Any], question: Request, owner: str | None = None) -> dict[str, Any]:
    verdict = asked(question, owner)
    assert not verdict.refusals
    return json_patch(copy.deepcopy(found), list(verdict.patch))


_text = st.sampled_from(["", "x", TENANT, OTHER])
_keys = st.sampled_from(["", "x", TENANT_TAINT, TENANT_NODE_LABEL, *sorted(confinement.CONDITIONS)])
_tolerations = st.fixed_dictionaries(
    {},
    optional={
        "key": _keys,
        "operator": st.sampled_from(["", "Equal", "Exists"]),
        "value": _text,
        "effect": st.sampled_from(["", "NoSchedule", "NoExecute"]),
        "tolerationSeconds": st.integers(0, 300),
    },
)
_containers = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["a", "b"])},
        optional={
            "securityContext": st.fixed_dictionaries(
                {},
                optional={
                    "privileged": st.booleans(),
                    "capabilities": st.fixed_dictionaries(
                        {}, optional={"add": st.lists(st.sampled_from(["CHOWN", "SYS_ADMIN", "ALL"]))}
                    ),
                    "procMount": st.sampled_from(["Default", "Unmasked"]),
                },
            ),
            "ports": st.lists(
                st.fixed_dictionaries(
                    {"containerPort": st.just(80)}, optional={"hostPort": st.integers(0, 1)}
                )
            ),
        },
    ),
    max_size=2,
)
_specs = st.fixed_dictionaries(
    {"containers": _containers},
    optional={
        "initContainers": _containers,
        "ephemeralContainers": _containers,
        "hostNetwork": st.booleans(),
        "hostPID": st.booleans(),
        "hostIPC": st.booleans(),
        "nodeName": st.sampled_from(["", "node"]),
        "nodeSelector": st.one_of(
            st.none(),
            st.dictionaries(st.sampled_from(["disk", TENANT_NODE_LABEL]), _text, max_size=2),
        ),
        "tolerations": st.one_of(st.none(), st.lists(_tolerations, max_size=4)),
        "volumes": st.lists(st.sampled_from([{"name": "v"}, {"name": "h", "hostPath": {"path": "/"}}])),
    },
)
_owners = st.sampled_from([None, TENANT, OTHER])


def confined(spec: dict[str, Any], owner: str | None) -> None:
    """The law: on the tenant's nodes only, with no toleration of anybody else's taint, and baseline."""
    assert spec["nodeSelector"][TENANT_NODE_LABEL] == TENANT
    assert not spec.get("nodeName") or owner == TENANT
    own = [one for one in spec["tolerations"] if one.get("key") == TENANT_TAINT]
    assert any(one.get("effect", "") in ("", "NoSchedule") for one in own)
    for one in spec["tolerations"]:
        assert one.get("key") in confinement.CONDITIONS or (
            one.get("key"),
            one.get("operator") or "Equal",
            one.get("value"),
        ) == (TENANT_TAINT, "Equal", TENANT_TAINT_VALUE)
    assert not any(spec.get(field) for field in ("hostNetwork", "hostPID", "hostIPC"))
    assert not any("hostPath" in volume for volume in spec.get("volumes", ()))
    for field in ("containers", "initContainers", "ephemeralContainers"):
        for container in spec.get(field, ()):
            context = container.get("securityContext", {})
            assert not context.get("privileged")
            assert context.get("procMount", "Default") == "Default"
            assert set(context.get("capabilities", {}).get("add", ())) <= {"CHOWN"}
            assert not any(port.get("hostPort") for port in container.get("ports", ()))


@given(_specs, _owners)
def test_whatever_a_pod_says_it_is_refused_or_confined_and_asking_again_changes_nothing(
    spec: dict[str, Any], owner: str | None
) -> None:
    found = {"metadata": {"name": "p"}, "spec": spec}
    if asked(request("pods", found), owner).refusals:
        return
    after = admitted(found, request("pods", found), owner)
    confined(after["spec"], owner)
    assert asked(request("pods", after), owner) == Verdict()
    assert final(request("pods", after), DecisionInputs("console", owner)) == Verdict()


@given(_specs, _owners)
def test_a_daemon_sets_template_is_treated_like_a_pod(spec: dict[str, Any], owner: str | None) -> None:
    single = asked(request("pods", {"metadata": {}, "spec": spec}), owner)
    found = {"metadata": {"name": "d"}, "spec": {"template": {"metadata": {}, "spec": spec}}}
    verdict = asked(request("daemonsets", found), owner)
    assert verdict.refusals == single.refusals
    if not verdict.refusals:
        after = admitted(found, request("daemonsets", found), owner)
        confined(after["spec"]["template"]["spec"], owner)
        assert asked(request("daemonsets", after), owner) == Verdict()


@given(_specs, _specs, _owners)
def test_no_update_leads_to_a_pod_that_could_not_have_been_made(
    before: dict[str, Any], spec: dict[str, Any], owner: str | None
) -> None:
    found, old = {"metadata": {}, "spec": spec}, {"metadata": {}, "spec": before}
    verdict = asked(request("pods", found, operation="UPDATE", before=old), owner)
    assert not verdict.patch  # a pod's node selector cannot be changed any more
    if not verdict.refusals and spec != before:
        chosen = TENANT if spec.get("nodeName", "") == before.get("nodeName", "") else owner
        confined(spec, chosen)


CONTAINER_LISTS = ("containers", "initContainers", "ephemeralContainers")
CONTEXTS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"privileged": True}, "privileged"),
    ({"capabilities": {"add": ["CHOWN", "SYS_ADMIN", "NET_RAW"]}}, "SYS_ADMIN, NET_RAW"),
    ({"procMount": "Unmasked"}, "Unmasked"),
    ({"seccompProfile": {"type": "Unconfined"}}, "seccomp"),
    ({"appArmorProfile": {"type": "Unconfined"}}, "AppArmor"),
    ({"seLinuxOptions": {"type": "spc_t"}}, "seLinuxOptions"),
    ({"seLinuxOptions": {"user": "system_u"}}, "seLinuxOptions"),
    ({"seLinuxOptions": {"role": "system_r"}}, "seLinuxOptions"),
    ({"windowsOptions": {"hostProcess": True}}, "HostProcess"),
)
CONTAINERS: tuple[tuple[dict[str, Any], str], ...] = (
    *(({"securityContext": context}, words) for context, words in CONTEXTS),
    ({"ports": [{"containerPort": 80, "hostPort": 80}]}, "hostPort"),
    ({"livenessProbe": {"httpGet": {"host": "10.0.0.1", "port": 80}}}, "host"),
    ({"readinessProbe": {"tcpSocket": {"host": "10.0.0.1", "port": 80}}}, "host"),
    ({"startupProbe": {"httpGet": {"host": "127.0.0.1", "port": 80}}}, "host"),
    ({"lifecycle": {"postStart": {"httpGet": {"host": "10.0.0.1", "port": 80}}}}, "host"),
    ({"lifecycle": {"preStop": {"tcpSocket": {"host": "10.0.0.1", "port": 80}}}}, "host"),
)


@pytest.mark.parametrize("place", CONTAINER_LISTS)
@pytest.mark.parametrize(("fields", "words"), CONTAINERS, ids=str)
def test_what_baseline_forbids_a_container_is_refused_in_words(
    place: str, fields: dict[str, Any], words: str
) -> None:
    verdict = asked(request("pods", pod(**{place: [{"name": "bad", **fields}]})))
    [reason] = verdict.refusals
    assert words in reason
    assert '"bad"' in reason


PODS: tuple[tuple[dict[str, Any], str], ...] = (
    *(({"securityContext": context}, words) for context, words in CONTEXTS if "seccomp" in words),
    ({"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}, "kernel.msgmax"),
    ({"securityContext": {"windowsOptions": {"hostProcess": True}}}, "HostProcess"),
    ({"securityContext": {"seLinuxOptions": {"type": "spc_t"}}}, "seLinuxOptions"),
    ({"securityContext": {"appArmorProfile": {"type": "Unconfined"}}}, "AppArmor"),
    ({"hostNetwork": True}, "hostNetwork"),
    ({"hostPID": True}, "hostPID"),
    ({"hostIPC": True}, "hostIPC"),
    ({"volumes": [{"name": "etc", "hostPath": {"path": "/etc"}}]}, "hostPath"),
    ({"nodeSelector": {TENANT_NODE_LABEL: OTHER}}, "nodeSelector"),
    ({"nodeName": "cloud-1"}, "cloud-1"),
    ({"tolerations": [{"operator": "Exists"}]}, "every taint"),
    ({"tolerations": [{"key": TENANT_TAINT, "operator": "Exists"}]}, "not a taint of this tenant"),
    ({"tolerations": [{"key": TENANT_TAINT, "operator": "Equal", "value": OTHER}]}, OTHER),
    ({"tolerations": [{"key": "node-role.kubernetes.io/master", "effect": "NoSchedule"}]}, "master"),
)


@pytest.mark.parametrize(("spec", "words"), PODS, ids=str)
def test_what_leads_off_the_tenants_nodes_or_into_the_machine_is_refused(
    spec: dict[str, Any], words: str
) -> None:
    [reason] = asked(request("pods", pod(**spec))).refusals
    assert words in reason


@pytest.mark.parametrize(
    ("key", "profile"),
    [
        ("container.apparmor.security.beta.kubernetes.io/web", "unconfined"),
        ("seccomp.security.alpha.kubernetes.io/pod", "unconfined"),
        ("container.seccomp.security.alpha.kubernetes.io/web", "unconfined"),
    ],
)
def test_profiles_asked_for_by_annotation_are_refused_when_made_and_when_added(
    key: str, profile: str
) -> None:
    plain = admitted(pod(), request("pods", pod()))
    found = {**plain, "metadata": {"name": "web", "annotations": {key: profile}}}
    assert asked(request("pods", found)).refusals
    assert asked(request("pods", found, operation="UPDATE", before=plain)).refusals
    harmless = {**plain, "metadata": {"name": "web", "annotations": {key: "runtime/default"}}}
    assert asked(request("pods", harmless)) == Verdict()


def test_everything_that_is_wrong_is_said_at_once() -> None:
    verdict = asked(request("pods", pod(hostNetwork=True, hostPID=True, nodeName="cloud-1")))
    assert len(verdict.refusals) == 3
    assert all(reason in verdict.message for reason in verdict.refusals)


def test_an_ordinary_pod_gets_selector_and_toleration_and_keeps_its_own() -> None:
    found = with_container(
        securityContext={
            "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
            "seLinuxOptions": {"type": "container_t"},
        },
        livenessProbe={"httpGet": {"port": 80}},
    )
    found["spec"] |= {
        "nodeSelector": {"disk": "ssd"},
        "securityContext": {"sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]},
        "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}],
    }
    after = admitted(found, request("pods", found))["spec"]
    assert after["nodeSelector"] == {"disk": "ssd", TENANT_NODE_LABEL: TENANT}
    assert after["tolerations"] == [*found["spec"]["tolerations"], OWN_TOLERATION]


def test_a_pod_may_name_a_node_of_its_own_tenant_and_no_other() -> None:
    question = request("pods", pod(nodeName=f"{TENANT}-barn"))
    assert node_in_question(question) == f"{TENANT}-barn"
    assert asked(question, TENANT).refusals == ()
    assert asked(question, OTHER).refusals
    assert asked(question, None).refusals


def test_a_toleration_may_not_be_added_later() -> None:
    before = admitted(pod(), request("pods", pod()))
    after = copy.deepcopy(before)
    after["spec"]["tolerations"].append({"key": TENANT_TAINT, "operator": "Equal", "value": OTHER})
    assert asked(request("pods", after, operation="UPDATE", before=before)).refusals


def test_a_pod_from_before_the_rule_can_still_be_labelled_and_finished() -> None:
    old = pod(hostNetwork=True, nodeName="cloud-1")
    labelled = {**old, "metadata": {"name": "web", "labels": {"a": "b"}, "finalizers": []}}
    assert asked(request("pods", labelled, operation="UPDATE", before=old)) == Verdict()
    changed = copy.deepcopy(labelled)
    changed["spec"]["containers"][0]["image"] = "nginx:1.26"
    assert asked(request("pods", changed, operation="UPDATE", before=old)).refusals


def test_a_running_pod_may_change_its_image_also_when_its_node_is_gone() -> None:
    before = admitted(pod(), request("pods", pod()))
    before["spec"]["nodeName"] = f"{TENANT}-gone"
    after = copy.deepcopy(before)
    after["spec"]["containers"][0]["image"] = "nginx:1.26"
    assert asked(request("pods", after, operation="UPDATE", before=before), None) == Verdict()


def test_a_node_shows_its_own_static_pods_in_its_tenants_namespace_and_in_no_others() -> None:
    found = {**pod(nodeName=f"{TENANT}-barn", hostNetwork=True, tolerations=[{"operator": "Exists"}])}
    found["metadata"] = {"name": "static", "annotations": MIRROR}
    own = request("pods", found, user=KUBELET)
    assert asked(own, TENANT) == Verdict()
    assert asked(own, OTHER).refusals
    assert asked(own, None).refusals


def test_a_mirror_pod_by_anybody_else_is_refused() -> None:
    found = pod(nodeName=f"{TENANT}-barn")
    found["metadata"]["annotations"] = MIRROR
    assert asked(request("pods", found), TENANT).refusals
    assert asked(request("pods", found, user=f"system:node:{TENANT}-other"), TENANT).refusals
    before = pod(nodeName=f"{TENANT}-barn")
    assert asked(request("pods", found, operation="UPDATE", before=before), TENANT).refusals


def test_a_node_makes_no_other_pods() -> None:
    assert asked(request("pods", pod(nodeName=f"{TENANT}-barn"), user=KUBELET), TENANT).refusals


@pytest.mark.parametrize("kind", ["EphemeralContainers", "Pod"])
def test_a_debugging_container_is_held_to_the_same(kind: str) -> None:
    containers = [{"name": "debug", "securityContext": {"privileged": True}}]
    content = {"ephemeralContainers": containers}
    found = {"metadata": {"name": "web"}, **(content if kind != "Pod" else {"spec": content})}
    question = request("pods", found, operation="UPDATE", subresource="ephemeralcontainers", kind=kind)
    [reason] = asked(question).refusals
    assert "privileged" in reason
    containers[0].pop("securityContext")
    assert asked(
        request("pods", found, operation="UPDATE", subresource="ephemeralcontainers", kind=kind)
    ) == (Verdict())


def test_a_daemon_set_whose_template_stays_as_it_is_can_be_labelled() -> None:
    old = {"metadata": {"name": "d"}, "spec": {"template": pod(hostNetwork=True)}}
    labelled = {**old, "metadata": {"name": "d", "labels": {"a": "b"}}}
    assert asked(request("daemonsets", labelled, operation="UPDATE", before=old)) == Verdict()


def test_what_cannot_be_read_is_refused() -> None:
    assert "cannot be read" in asked(request("pods", pod(tolerations="all"))).message
    assert asked(request("pods", pod(), subresource="binding")).refusals


def test_what_another_webhook_took_away_is_refused_in_the_end() -> None:
    assert final(request("pods", pod()), DecisionInputs("console")).refusals

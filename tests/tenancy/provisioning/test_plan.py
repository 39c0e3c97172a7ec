"""The plan, carried out on a world of dictionaries: it leads to order, and then to nothing to do."""

from __future__ import annotations

import copy
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery import quantities
from tests.tenancy.examples import TENANT_NAME, user
from tests.tenancy.world import EVERYTHING, NOW, PLATFORM, UID, condition, forward, settled, world
from yurt_console.tenancy import naming
from yurt_console.tenancy.identity import principals
from yurt_console.tenancy.provisioning import conditions, issued_kubeconfig, limits
from yurt_console.tenancy.provisioning.observed import Observed
from yurt_console.tenancy.provisioning.plan import plan
from yurt_console.tenancy.provisioning.steps import Create, Patch


def test_an_account_gets_everything_in_order_and_only_then_becomes_effective() -> None:
    new = world()
    status = f"set status of User {TENANT_NAME}"
    assert [str(step) for step in new.execute()] == [
        f"set finalizers of User {TENANT_NAME}",
        status,
        f"create Namespace {TENANT_NAME}",
        f"create ResourceQuota {TENANT_NAME}/tenant",
        f"create LimitRange {TENANT_NAME}/tenant",
        f"create NetworkPolicy {TENANT_NAME}/tenant",
        f"create NodePool {TENANT_NAME}",
        f"create ServiceAccount {TENANT_NAME}/tenant",
        f"create RoleBinding {TENANT_NAME}/yurt-console-tenant",
        f"create RoleBinding {TENANT_NAME}/yurt-console-impersonate",
        f"create Secret kube-system/bootstrap-token-{naming.bootstrap_ids(UID)[0]}",
        status,
        f"issue a kubeconfig for User {TENANT_NAME}",
        f"set namespace, nodeAddScript of User {TENANT_NAME}",
        status,
    ]
    assert new.user.effective_time == "2026-01-01T00:00:00Z"
    assert principals.of(new.user, NOW).state is principals.AccountState.READY


@pytest.mark.parametrize("stop_after", range(len(world().execute())))
def test_a_stopped_operator_finishes_what_it_began_and_makes_nothing_twice(stop_after: int) -> None:
    stopped = world()
    before = stopped.execute(stop_after=stop_after)
    stopped.now += timedelta(seconds=3)
    after = stopped.execute()
    made = [str(step) for step in before + after if isinstance(step, Create)]
    assert made == [str(step) for step in world().execute() if isinstance(step, Create)]
    assert stopped.kinds() == EVERYTHING


def test_a_cluster_without_openyurt_gets_no_pool() -> None:
    plain = msgspec.structs.replace(PLATFORM, pools=False)
    steps = plan(world().user, Observed(), plain, NOW).steps
    assert not [step for step in steps if isinstance(step, Create) and step.resource.kind == "NodePool"]


def test_a_pool_that_somebody_else_made_is_used_and_never_deleted() -> None:
    shared = world()
    shared.put({"kind": "NodePool", "metadata": {"name": TENANT_NAME}, "spec": {"type": "Cloud"}})
    assert not [step for step in shared.execute() if "NodePool" in str(step)]
    shared.account["metadata"]["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    shared.execute()
    assert shared.kinds() == ["NodePool"]


def test_whoever_has_everything_is_left_alone() -> None:
    done = settled()
    done.now += timedelta(days=6)
    assert done.execute() == []


@given(
    st.sets(st.sampled_from(EVERYTHING)),
    st.sets(st.sampled_from(["kubeConfig", "nodeAddScript", "namespace"])),
)
def test_whatever_was_removed_from_outside_comes_back(kinds: set[str], fields: set[str]) -> None:
    damaged = settled()
    for key in list(damaged.objects):
        if key[0] in kinds or ("Namespace" in kinds and key[1] == TENANT_NAME):
            del damaged.objects[key]
    for name in fields:
        damaged.account["spec"].pop(name)
    damaged.execute()
    assert damaged.kinds() == EVERYTHING
    assert principals.of(damaged.user, NOW).state is principals.AccountState.READY
    assert issued_kubeconfig.read(damaged.user.kube_config) is not None
    assert damaged.execute() == []


def test_effective_time_is_set_once_and_never_moved() -> None:
    done = settled()
    done.now += timedelta(days=2)
    done.objects.clear()
    done.execute()
    assert done.user.effective_time == "2026-01-01T00:00:00Z"


def test_a_namespace_of_somebody_else_is_never_adopted_nor_looked_into() -> None:
    taken = world()
    foreign = {
        "kind": "Namespace",
        "metadata": {"name": TENANT_NAME, "labels": {"openyurt/tenant": TENANT_NAME}},
    }
    taken.put(foreign)
    taken.execute()
    assert taken.kinds() == ["Namespace"]
    assert condition(taken) == ("False", "NamespaceTaken")
    assert TENANT_NAME in taken.user.status_message
    assert taken.user.effective_time == ""
    taken.account["metadata"]["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    taken.execute()
    assert taken.kinds() == ["Namespace"]


def test_administrators_need_nothing_but_to_be_effective() -> None:
    admin = settled(role="admin", validPeriod=0)
    assert admin.objects == {}
    assert admin.user.effective_time == "2026-01-01T00:00:00Z"
    assert admin.execute() == []


def test_an_account_that_is_not_approved_gets_nothing_yet() -> None:
    waiting = settled(approved=False)
    assert waiting.objects == {}
    assert condition(waiting) == ("False", "AwaitingApproval")
    waiting.account["spec"]["approved"] = True
    waiting.execute()
    assert waiting.kinds() == EVERYTHING


def test_rights_that_somebody_added_to_the_binding_are_taken_away() -> None:
    widened = settled()
    binding = widened.objects["RoleBinding", TENANT_NAME, "yurt-console-tenant"]
    binding["subjects"].append({"kind": "Group", "name": "system:authenticated"})
    widened.execute()
    kept = widened.objects["RoleBinding", TENANT_NAME, "yurt-console-tenant"]
    assert [subject["name"] for subject in kept["subjects"]] == ["tenant"]


def test_the_tenant_label_of_the_namespace_comes_back() -> None:
    stripped = settled()
    stripped.objects["Namespace", "", TENANT_NAME]["metadata"]["labels"] = {"mine": "stays"}
    stripped.execute()
    assert stripped.objects["Namespace", "", TENANT_NAME]["metadata"]["labels"] == {
        "mine": "stays",
        "openyurt/tenant": TENANT_NAME,
        "pod-security.kubernetes.io/enforce": "baseline",
    }


@given(st.sampled_from(["ResourceQuota", "LimitRange", "NetworkPolicy"]), st.booleans())
def test_an_edited_limit_is_as_it_was_and_nothing_else_is_written(kind: str, labels: bool) -> None:
    edited = settled()
    key = (kind, TENANT_NAME, "tenant")
    before = copy.deepcopy(edited.objects[key])
    if labels:
        edited.objects[key]["metadata"]["labels"] = {}
    else:
        edited.objects[key]["spec"] = {**before["spec"], "more": {}}
    assert [str(step) for step in edited.execute()] == [f"update {kind} {TENANT_NAME}/tenant"]
    assert edited.objects[key] == before


def test_the_quota_is_what_the_account_may_have_as_kubernetes_writes_it_and_follows_changes() -> None:
    world = settled()

    def bounds() -> tuple[str, ...]:
        quota = world.get("ResourceQuota", TENANT_NAME, "tenant")
        assert quota is not None
        hard = quota["spec"]["hard"]
        return tuple(hard.get(name, "") for name in ("requests.cpu", "requests.memory", "pods"))

    assert bounds() == ("", "", "500")
    for quota, hard in (
        ({"cpu": "2500m", "memory": "16384Mi", "pods": 1000}, ("2500m", "16Gi", "1k")),
        ({"cpu": "8.0", "pods": 0}, ("8", "", "0")),
    ):
        world.account["spec"]["quota"] = quota
        decided = plan(world.user, world.observe(), PLATFORM, NOW)
        assert decided.events == ()  # nobody broke anything
        assert [str(step) for step in world.execute()] == [f"update ResourceQuota {TENANT_NAME}/tenant"]
        assert bounds() == hard
        assert world.execute() == []


@given(cpu=st.from_regex(limits.CPU, fullmatch=True), memory=st.from_regex(limits.MEMORY, fullmatch=True))
def test_whatever_the_user_kind_takes_makes_a_quota(cpu: str, memory: str) -> None:
    hard = limits.quota(user(quota_cpu=cpu, quota_memory=memory))["hard"]

    assert quantities.parse(hard["requests.cpu"]) == quantities.parse(cpu)
    assert quantities.canonical(hard["requests.memory"]) == hard["requests.memory"]


def test_each_part_says_how_far_it_has_come() -> None:
    new = world()
    new.execute(stop_after=2)
    assert {condition(new, part) for part in conditions.PARTS} == {("False", "Preparing")}
    assert condition(new) == ("False", "Preparing")
    new.execute(stop_after=11)
    assert condition(new, "NamespaceReady") == ("True", "Provided")
    assert condition(new, "AccessReady") == ("False", "Preparing")
    new.execute()
    assert {condition(new, part) for part in conditions.PARTS} == {("True", "Provided")}
    assert condition(new) == ("True", "Prepared")


def test_what_failed_is_said_until_it_is_mended_and_not_said_twice() -> None:
    refused = world()
    refused.execute(stop_after=3)
    refused.execute(stop_after=1)
    failed = conditions.failed(refused.user, "LimitsReady", "cannot create ResourceQuota: forbidden")
    refused.account["status"].update(conditions.patch(refused.user, failed, refused.now))
    assert conditions.patch(refused.user, failed, refused.now + forward(1)) == {}
    decided = plan(refused.user, refused.observe(), PLATFORM, refused.now + forward(1))
    assert not [step for step in decided.steps if isinstance(step, Patch) and step.what == "status"]
    assert condition(refused) == condition(refused, "LimitsReady") == ("False", "Failed")
    assert "forbidden" in refused.user.status_message
    refused.execute()
    assert condition(refused) == ("True", "Prepared")
    assert refused.user.status_message == ""


def test_a_condition_keeps_the_time_of_its_status_and_those_of_others_stay() -> None:
    done = settled()
    done.account["status"]["conditions"].append(
        {"type": "Foreign", "status": "True", "reason": "Theirs", "message": "", "lastTransitionTime": "2025"}
    )
    done.now += forward(1)
    done.account["spec"]["suspended"] = True
    done.execute()
    since = {each.type: each.since for each in done.user.conditions}
    assert since["NamespaceReady"] == "2026-01-01T00:00:00Z"
    assert since["Ready"] == since["AccessReady"] == "2026-01-02T00:00:00Z"
    assert since["Foreign"] == "2025"


def test_a_repair_is_told_and_changes_no_condition() -> None:
    damaged = settled()
    del damaged.objects["RoleBinding", TENANT_NAME, "yurt-console-tenant"]
    decided = plan(damaged.user, damaged.observe(), PLATFORM, damaged.now)
    [event] = decided.events
    assert event.reason == "Repaired"
    assert "RoleBinding" in event.message
    assert [str(step) for step in decided.steps] == [f"create RoleBinding {TENANT_NAME}/yurt-console-tenant"]


@given(
    st.sampled_from([0, 1, 7, 400, 3650]),
    st.sampled_from([4000, 20, 1]),
    st.floats(0, 0.99),
)
def test_until_the_time_to_look_again_there_is_nothing_to_do_and_then_there_is(
    days: int, granted_days: int, part: float
) -> None:
    made = world(validPeriod=days)
    made.granted_at_most = forward(granted_days)
    made.execute()
    for _ in range(6):
        again = plan(made.user, made.observe(), PLATFORM, made.now).again
        if again is None:
            assert made.account["metadata"].get("deletionTimestamp")
            return
        between = made.now + (again - made.now) * part
        assert plan(made.user, made.observe(), PLATFORM, between).steps == ()
        made.now = again
        assert made.execute() != []

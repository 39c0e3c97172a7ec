"""What a plan does with an account that ends: suspended, expired, deleted, or renewed on its way out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.tenancy.examples import TENANT_NAME
from tests.tenancy.world import EVERYTHING, PLATFORM, condition, deleted, forward, settled
from yurt_console.tenancy import naming
from yurt_console.tenancy.identity import principals
from yurt_console.tenancy.provisioning.plan import plan
from yurt_console.tenancy.provisioning.steps import Delete, Wait


def test_deleting_a_user_takes_rights_away_first_and_leaves_nothing() -> None:
    leaving = settled()
    leaving.account["metadata"]["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    leaving.put({"kind": "Node", "metadata": {"name": f"{TENANT_NAME}-1"}})
    kinds = [step.resource.kind for step in leaving.execute() if isinstance(step, Delete)]
    rights = ["RoleBinding", "RoleBinding", "ServiceAccount", "Secret"]
    assert kinds == [*rights, "Node", "NodePool", "Namespace"]
    assert leaving.objects == {}
    assert leaving.account["metadata"]["finalizers"] == []


@pytest.mark.parametrize("stop_after", range(len(deleted().execute())))
def test_a_deletion_that_was_interrupted_is_finished(stop_after: int) -> None:
    leaving = deleted()
    leaving.execute(stop_after=stop_after)
    leaving.execute()
    assert leaving.objects == {}
    assert leaving.account["metadata"]["finalizers"] == []


def test_the_finalizer_waits_for_the_namespace_to_be_gone() -> None:
    leaving = deleted()
    namespace = leaving.objects["Namespace", "", TENANT_NAME]
    namespace["metadata"]["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    leaving.objects = {("Namespace", "", TENANT_NAME): namespace}
    leaving.execute()
    decided = plan(leaving.user, leaving.observe(), PLATFORM, leaving.now)
    assert decided.steps == ()
    assert decided.waits_for is Wait.NAMESPACE
    assert leaving.account["metadata"]["finalizers"] == [naming.FINALIZER]
    assert condition(leaving) == ("False", "Terminating")


def test_a_reason_that_an_earlier_release_has_written_is_replaced() -> None:
    leaving = deleted()
    namespace = leaving.objects["Namespace", "", TENANT_NAME]
    namespace["metadata"]["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    leaving.objects = {("Namespace", "", TENANT_NAME): namespace}
    leaving.execute()
    for stored in leaving.account["status"]["conditions"]:
        stored["reason"] = stored["reason"].replace("Terminating", "Leaving")
    leaving.execute()
    assert {stored["reason"] for stored in leaving.account["status"]["conditions"]} == {"Terminating"}


@pytest.mark.parametrize("end", ["suspended", "expired"])
def test_an_account_that_ended_loses_its_rights_and_keeps_its_namespace(end: str) -> None:
    ended = settled()
    if end == "suspended":
        ended.account["spec"]["suspended"] = True
    else:
        ended.now += timedelta(days=7)
    ended.execute()
    assert ended.kinds() == sorted({*EVERYTHING} - {"RoleBinding", "Secret", "ServiceAccount"})
    assert condition(ended, "AccessReady") == condition(ended, "JoinReady") == ("False", "Withdrawn")
    assert condition(ended, "NamespaceReady") == ("True", "Provided")
    assert (ended.user.kube_config, ended.user.node_add_script) == ("", "")
    assert condition(ended) == ("False", "AccountSuspended" if end == "suspended" else "AccountExpired")
    assert ended.user.expired == (end == "expired")
    assert ended.execute() == []


def test_renewing_an_expired_account_brings_everything_back() -> None:
    ended = settled()
    ended.now += timedelta(days=8)
    ended.execute()
    ended.account["spec"]["validPeriod"] = 30
    ended.execute()
    assert ended.kinds() == EVERYTHING
    assert principals.of(ended.user, ended.now).state is principals.AccountState.READY
    assert ended.execute() == []


def test_after_the_grace_period_everything_goes_and_the_user_last() -> None:
    ended = settled()
    ended.now += forward(14, seconds=-1)
    ended.execute()
    assert "NodePool" in ended.kinds()
    ended.now += forward(seconds=1)
    steps = [str(step) for step in ended.execute()]
    assert ended.objects == {}
    assert steps[-2:] == [f"delete User {TENANT_NAME}", f"set finalizers of User {TENANT_NAME}"]


def test_renewing_in_the_middle_of_the_removal_brings_everything_back() -> None:
    ended = settled()
    ended.now += forward(20)
    ended.execute(stop_after=6)
    assert "Namespace" in ended.kinds()
    ended.account["spec"]["validPeriod"] = 60
    ended.execute()
    assert ended.kinds() == EVERYTHING
    assert condition(ended) == ("True", "Prepared")

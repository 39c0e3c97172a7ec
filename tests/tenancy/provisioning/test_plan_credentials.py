"""Which credentials a plan gives an account, for how long, and that it keeps them to itself."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.tenancy.examples import TENANT_NAME, user
from tests.tenancy.world import NOW, UID, encoded, settled, world
from yurt_console.tenancy import naming
from yurt_console.tenancy.identity import principals
from yurt_console.tenancy.provisioning import issued_kubeconfig, tenant_objects


@given(st.integers(1, 3650), st.integers(0, 10), st.integers(0, 3600))
def test_no_credential_outlives_the_account(days: int, stop_after: int, pause: int) -> None:
    made = world(validPeriod=days)
    made.execute(stop_after=stop_after)
    made.now += timedelta(seconds=pause)
    made.execute()
    end = principals.ends(made.user)
    assert end is not None
    token = made.observe().bootstraps[0]
    config = issued_kubeconfig.read(made.user.kube_config)
    assert token.ends is not None
    assert token.ends <= end
    assert config is not None
    assert config.ends <= end


def test_an_endless_account_has_credentials_that_end_and_are_renewed() -> None:
    endless = settled(validPeriod=0)
    for _ in range(8):
        endless.now += timedelta(days=100)
        endless.execute()
        token, config = endless.observe().bootstraps[0], issued_kubeconfig.read(endless.user.kube_config)
        assert token.ends is not None
        assert config is not None
        for ends in (token.ends, config.ends):
            assert timedelta(days=80) < ends - endless.now <= timedelta(days=366)


def test_a_kubeconfig_that_was_granted_for_less_is_renewed_in_time() -> None:
    short = world()
    short.granted_at_most = timedelta(hours=24)
    short.execute()
    for _ in range(20):
        short.now += timedelta(hours=6)
        short.execute()
        config = issued_kubeconfig.read(short.user.kube_config)
        assert config is not None
        assert config.ends > short.now


def test_a_longer_account_gets_a_longer_token() -> None:
    longer = settled()
    longer.account["spec"]["validPeriod"] = 30
    longer.execute()
    assert longer.observe().bootstraps[0].ends == NOW + timedelta(days=30)


def test_a_token_for_other_groups_is_replaced() -> None:
    widened = settled()
    secret = widened.objects["Secret", "kube-system", widened.observe().bootstraps[0].name]
    secret["data"]["auth-extra-groups"] = encoded("system:bootstrappers:kubeadm:default-node-token")
    widened.execute()
    assert widened.observe().bootstraps[0].usable
    assert widened.execute() == []


def test_a_bootstrap_token_id_that_is_taken_is_left_to_its_owner() -> None:
    crowded = world()
    first, second = naming.bootstrap_ids(UID)[:2]
    taken = tenant_objects.bootstrap_secret(user(uid="somebody-else"), first, "f" * 16, NOW)
    kept = crowded.put(taken)
    crowded.execute()
    assert crowded.observe().bootstraps[0].name == naming.bootstrap_name(second)
    assert crowded.objects["Secret", "kube-system", naming.bootstrap_name(first)] == kept
    crowded.account["metadata"]["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    crowded.execute()
    assert crowded.kinds() == ["Secret"]


def test_a_damaged_bootstrap_token_is_replaced() -> None:
    damaged = settled()
    secret = damaged.objects["Secret", "kube-system", damaged.observe().bootstraps[0].name]
    secret["data"]["token-secret"] = "!"
    damaged.execute()
    assert damaged.observe().bootstraps[0].usable
    assert damaged.execute() == []


def test_bootstrap_tokens_are_in_our_groups_and_end() -> None:
    secret = tenant_objects.bootstrap_secret(user(), "abc123", "f" * 16, NOW)["stringData"]
    assert secret["auth-extra-groups"].split(",") == [
        "system:bootstrappers:yurt-console",
        f"system:bootstrappers:yurt-console:{TENANT_NAME}",
    ]
    assert secret["expiration"] == "2026-01-01T00:00:00Z"
    assert "kubeadm" not in secret["auth-extra-groups"]


def test_bootstrap_ids_are_kubernetes_and_always_the_same() -> None:
    assert naming.bootstrap_ids(UID) == naming.bootstrap_ids(UID)
    assert all(len(token_id) == 6 and token_id.isalnum() for token_id in naming.bootstrap_ids(UID))
    assert len(set(naming.bootstrap_ids(UID))) == 4


def test_steps_can_be_logged_without_giving_a_credential_away() -> None:
    done = world()
    written = " ".join(f"{step!s}" for step in done.execute()) + repr(done.observe())
    token = done.observe().bootstraps[0].token
    assert token.split(".")[1] not in written
    assert "kind: Config" not in written


@given(st.text())
def test_a_kubeconfig_that_is_not_ours_is_not_taken_for_one(text: str) -> None:
    assert issued_kubeconfig.read(text) is None

"""The plan, carried out on a world of dictionaries: it leads to order, and then to nothing to do."""

from __future__ import annotations

import base64
import copy
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tenancy.examples import TENANT_NAME, user
from yurt_console.cache.rows import DECODERS
from yurt_console.kube import kubeconfig, quantities
from yurt_console.kube.objects import User
from yurt_console.kube.resources import USERS
from yurt_console.tenancy import belongings, granted, limits, principals, standing
from yurt_console.tenancy.observed import Observed, Platform
from yurt_console.tenancy.plan import plan
from yurt_console.tenancy.steps import Create, Delete, Grant, Patch, Replace, Step, Wait
from yurt_console.yurt import releases

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
PLATFORM = Platform(
    "https://cluster.example.com:6443",
    CA,
    "sha256:" + "0" * 64,
    releases.release("v1.7.0"),
    "https://downloads.example.com",
    pools=True,
)
UID = user().uid


@dataclass
class World:
    """What an API server would hold; every step is one write."""

    now: datetime = NOW
    account: dict[str, Any] = field(default_factory=dict)
    objects: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    uids: int = 0
    granted_at_most: timedelta = timedelta(days=4000)

    @property
    def user(self) -> User:
        row: User = DECODERS[USERS].row(msgspec.json.encode(self.account))
        return row

    def observe(self) -> Observed:
        tokens, free = [], ""
        for token_id in belongings.bootstrap_ids(UID):
            found = self.get("Secret", "kube-system", belongings.bootstrap_name(token_id))
            if found is None:
                free = free or token_id
            elif belongings.is_own(found, self.user):
                tokens.append(belongings.read_bootstrap(found, TENANT_NAME))
        return Observed(
            namespace=self.get("Namespace", "", TENANT_NAME),
            service_account=self.get("ServiceAccount", TENANT_NAME, "tenant"),
            role_binding=self.get("RoleBinding", TENANT_NAME, "yurt-console-tenant"),
            impersonation=self.get("RoleBinding", TENANT_NAME, "yurt-console-impersonate"),
            resource_quota=self.get("ResourceQuota", TENANT_NAME, "tenant"),
            limit_range=self.get("LimitRange", TENANT_NAME, "tenant"),
            network_policy=self.get("NetworkPolicy", TENANT_NAME, "tenant"),
            bootstraps=tuple(tokens),
            free_id=free,
            new_secret="zyxw9876zyxw9876",
            pool=self.get("NodePool", "", TENANT_NAME),
            nodes=tuple(found for (kind, _, _), found in self.objects.items() if kind == "Node"),
            finalizers=tuple(self.account["metadata"].get("finalizers") or ()),
        )

    def get(self, kind: str, namespace: str, name: str) -> dict[str, Any] | None:
        return self.objects.get((kind, namespace, name))

    def put(self, body: dict[str, Any]) -> dict[str, Any]:
        self.uids += 1
        kept = copy.deepcopy(body)
        kept["metadata"]["uid"] = f"uid-{self.uids}"
        if "stringData" in kept:
            kept["data"] = {key: _encoded(text) for key, text in kept.pop("stringData").items()}
        metadata = kept["metadata"]
        self.objects[kept["kind"], metadata.get("namespace", ""), metadata["name"]] = kept
        return kept

    def carry_out(self, step: Step) -> None:
        match step:
            case Create(resource, body):
                metadata = body["metadata"]
                assert (resource.kind, metadata.get("namespace", ""), metadata["name"]) not in self.objects
                self.put(body)
            case Replace(resource, body):
                metadata = body["metadata"]
                key = (resource.kind, metadata.get("namespace", ""), metadata["name"])
                assert self.objects[key] != body
                self.objects[key] = copy.deepcopy(body)
            case Delete(resource) if resource == USERS:
                self.account["metadata"]["deletionTimestamp"] = self.now.isoformat()
            case Delete(resource, name, namespace, uid):
                gone = self.objects.pop((resource.kind, namespace, name))
                assert gone["metadata"]["uid"] == uid
                if resource.kind == "Namespace":
                    self.objects = {key: kept for key, kept in self.objects.items() if key[1] != name}
            case Patch(resource, name, patch, namespace):
                self._patch(resource.kind, namespace, name, patch)
            case Grant():
                self._grant(step)

    def _patch(self, kind: str, namespace: str, name: str, patch: dict[str, Any]) -> None:
        target = self.account if kind == "User" else self.objects[kind, namespace, name]
        assert patch["metadata"]["uid"] == target["metadata"]["uid"]
        patch = copy.deepcopy(patch)
        if "stringData" in patch:
            patch["data"] = {key: _encoded(text) for key, text in patch.pop("stringData").items()}
        for part, fields in patch.items():
            into = target.setdefault(part, {})
            for key, value in fields.items():
                if value is None:
                    into.pop(key, None)
                else:
                    into[key] = value

    def _grant(self, step: Grant) -> None:
        account = self.objects["ServiceAccount", step.namespace, "tenant"]
        ends = self.now + min(timedelta(seconds=step.seconds), self.granted_at_most)
        claims = {
            "iat": int(self.now.timestamp()),
            "exp": int(ends.timestamp()),
            "kubernetes.io": {"serviceaccount": {"uid": account["metadata"]["uid"]}},
        }
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        self.account["spec"]["kubeConfig"] = kubeconfig.render(
            PLATFORM.server, CA.encode(), "tenant", f"x.{body}.x", step.namespace, "yurt-console"
        )

    def settle(self, *, stop_after: int | None = None) -> list[Step]:
        """Plan and carry out until there is nothing to do, or the operator is stopped."""
        done: list[Step] = []
        for _ in range(20):
            decided = plan(self.user, self.observe(), PLATFORM, self.now)
            if not decided.steps:
                return done
            for step in decided.steps:
                if stop_after is not None and len(done) >= stop_after:
                    return done
                self.carry_out(step)
                done.append(step)
        raise AssertionError(f"no end: {[str(step) for step in done]}")

    def kinds(self) -> list[str]:
        return sorted(kind for kind, _, _ in self.objects)


EVERYTHING = [
    "LimitRange",
    "Namespace",
    "NetworkPolicy",
    "NodePool",
    "ResourceQuota",
    "RoleBinding",
    "RoleBinding",
    "Secret",
    "ServiceAccount",
]


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def world(**spec: Any) -> World:
    fields = {
        "email": "ann@example.com",
        "mobilephone": "+8613800138000",
        "organization": "ACME",
        "role": "tenant",
        "approved": True,
        "validPeriod": 7,
    }
    metadata = {"name": TENANT_NAME, "uid": UID, "creationTimestamp": "2026-01-01T00:00:00Z"}
    return World(account={"metadata": metadata, "spec": {**fields, **spec}, "status": {}})


def settled(**spec: Any) -> World:
    made = world(**spec)
    made.settle()
    return made


def condition(of: World, kind: str = "Ready") -> tuple[str, str]:
    [only] = [each for each in of.user.conditions if each.type == kind]
    return only.status, only.reason


def forward(days: float = 0, **more: float) -> timedelta:
    return timedelta(days=days, **more)


def test_an_account_gets_everything_in_order_and_only_then_becomes_effective() -> None:
    new = world()
    status = f"set status of User {TENANT_NAME}"
    assert [str(step) for step in new.settle()] == [
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
        f"create Secret kube-system/bootstrap-token-{belongings.bootstrap_ids(UID)[0]}",
        status,
        f"grant a kubeconfig to User {TENANT_NAME}",
        f"set namespace, nodeAddScript of User {TENANT_NAME}",
        status,
    ]
    assert new.user.effective_time == "2026-01-01T00:00:00Z"
    assert principals.of(new.user, NOW).state is principals.AccountState.READY


@pytest.mark.parametrize("stop_after", range(len(world().settle())))
def test_a_stopped_operator_finishes_what_it_began_and_makes_nothing_twice(stop_after: int) -> None:
    stopped = world()
    before = stopped.settle(stop_after=stop_after)
    stopped.now += timedelta(seconds=3)
    after = stopped.settle()
    made = [str(step) for step in before + after if isinstance(step, Create)]
    assert made == [str(step) for step in world().settle() if isinstance(step, Create)]
    assert stopped.kinds() == EVERYTHING


def test_a_cluster_without_openyurt_gets_no_pool() -> None:
    plain = msgspec.structs.replace(PLATFORM, pools=False)
    steps = plan(world().user, Observed(), plain, NOW).steps
    assert not [step for step in steps if isinstance(step, Create) and step.resource.kind == "NodePool"]


def test_a_pool_that_somebody_else_made_is_used_and_never_deleted() -> None:
    shared = world()
    shared.put({"kind": "NodePool", "metadata": {"name": TENANT_NAME}, "spec": {"type": "Cloud"}})
    assert not [step for step in shared.settle() if "NodePool" in str(step)]
    shared.account["metadata"]["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    shared.settle()
    assert shared.kinds() == ["NodePool"]


def test_whoever_has_everything_is_left_alone() -> None:
    done = settled()
    done.now += timedelta(days=6)
    assert done.settle() == []


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
    damaged.settle()
    assert damaged.kinds() == EVERYTHING
    assert principals.of(damaged.user, NOW).state is principals.AccountState.READY
    assert granted.read(damaged.user.kube_config) is not None
    assert damaged.settle() == []


def test_effective_time_is_set_once_and_never_moved() -> None:
    done = settled()
    done.now += timedelta(days=2)
    done.objects.clear()
    done.settle()
    assert done.user.effective_time == "2026-01-01T00:00:00Z"


def test_a_namespace_of_somebody_else_is_never_adopted_nor_looked_into() -> None:
    taken = world()
    foreign = {
        "kind": "Namespace",
        "metadata": {"name": TENANT_NAME, "labels": {"openyurt/tenant": TENANT_NAME}},
    }
    taken.put(foreign)
    taken.settle()
    assert taken.kinds() == ["Namespace"]
    assert condition(taken) == ("False", "NamespaceTaken")
    assert TENANT_NAME in taken.user.status_message
    assert taken.user.effective_time == ""
    taken.account["metadata"]["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    taken.settle()
    assert taken.kinds() == ["Namespace"]


def test_deleting_a_user_takes_rights_away_first_and_leaves_nothing() -> None:
    leaving = settled()
    leaving.account["metadata"]["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    leaving.put({"kind": "Node", "metadata": {"name": f"{TENANT_NAME}-1"}})
    kinds = [step.resource.kind for step in leaving.settle() if isinstance(step, Delete)]
    rights = ["RoleBinding", "RoleBinding", "ServiceAccount", "Secret"]
    assert kinds == [*rights, "Node", "NodePool", "Namespace"]
    assert leaving.objects == {}
    assert leaving.account["metadata"]["finalizers"] == []


def deleted() -> World:
    """A whole account whose User somebody has just deleted."""
    leaving = settled()
    leaving.account["metadata"]["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    return leaving


@pytest.mark.parametrize("stop_after", range(len(deleted().settle())))
def test_a_deletion_that_was_interrupted_is_finished(stop_after: int) -> None:
    leaving = deleted()
    leaving.settle(stop_after=stop_after)
    leaving.settle()
    assert leaving.objects == {}
    assert leaving.account["metadata"]["finalizers"] == []


def test_the_finalizer_waits_for_the_namespace_to_be_gone() -> None:
    leaving = deleted()
    namespace = leaving.objects["Namespace", "", TENANT_NAME]
    namespace["metadata"]["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    leaving.objects = {("Namespace", "", TENANT_NAME): namespace}
    leaving.settle()
    decided = plan(leaving.user, leaving.observe(), PLATFORM, leaving.now)
    assert decided.steps == ()
    assert decided.waits_for is Wait.NAMESPACE
    assert leaving.account["metadata"]["finalizers"] == [belongings.FINALIZER]
    assert condition(leaving) == ("False", "Leaving")


@pytest.mark.parametrize("end", ["suspended", "expired"])
def test_an_account_that_ended_loses_its_rights_and_keeps_its_namespace(end: str) -> None:
    ended = settled()
    if end == "suspended":
        ended.account["spec"]["suspended"] = True
    else:
        ended.now += timedelta(days=7)
    ended.settle()
    assert ended.kinds() == sorted({*EVERYTHING} - {"RoleBinding", "Secret", "ServiceAccount"})
    assert condition(ended, "AccessReady") == condition(ended, "JoinReady") == ("False", "Withdrawn")
    assert condition(ended, "NamespaceReady") == ("True", "Provided")
    assert (ended.user.kube_config, ended.user.node_add_script) == ("", "")
    assert condition(ended) == ("False", "AccountSuspended" if end == "suspended" else "AccountExpired")
    assert ended.user.expired == (end == "expired")
    assert ended.settle() == []


def test_renewing_an_expired_account_brings_everything_back() -> None:
    ended = settled()
    ended.now += timedelta(days=8)
    ended.settle()
    ended.account["spec"]["validPeriod"] = 30
    ended.settle()
    assert ended.kinds() == EVERYTHING
    assert principals.of(ended.user, ended.now).state is principals.AccountState.READY
    assert ended.settle() == []


def test_administrators_need_nothing_but_to_be_effective() -> None:
    admin = settled(role="admin", validPeriod=0)
    assert admin.objects == {}
    assert admin.user.effective_time == "2026-01-01T00:00:00Z"
    assert admin.settle() == []


def test_an_account_that_is_not_approved_gets_nothing_yet() -> None:
    waiting = settled(approved=False)
    assert waiting.objects == {}
    assert condition(waiting) == ("False", "AwaitingApproval")
    waiting.account["spec"]["approved"] = True
    waiting.settle()
    assert waiting.kinds() == EVERYTHING


@given(st.integers(1, 3650), st.integers(0, 10), st.integers(0, 3600))
def test_no_credential_outlives_the_account(days: int, stop_after: int, pause: int) -> None:
    made = world(validPeriod=days)
    made.settle(stop_after=stop_after)
    made.now += timedelta(seconds=pause)
    made.settle()
    end = principals.ends(made.user)
    assert end is not None
    token = made.observe().bootstraps[0]
    config = granted.read(made.user.kube_config)
    assert token.ends is not None
    assert token.ends <= end
    assert config is not None
    assert config.ends <= end


def test_an_endless_account_has_credentials_that_end_and_are_renewed() -> None:
    endless = settled(validPeriod=0)
    for _ in range(8):
        endless.now += timedelta(days=100)
        endless.settle()
        token, config = endless.observe().bootstraps[0], granted.read(endless.user.kube_config)
        assert token.ends is not None
        assert config is not None
        for ends in (token.ends, config.ends):
            assert timedelta(days=80) < ends - endless.now <= timedelta(days=366)


def test_a_kubeconfig_that_was_granted_for_less_is_renewed_in_time() -> None:
    short = world()
    short.granted_at_most = timedelta(hours=24)
    short.settle()
    for _ in range(20):
        short.now += timedelta(hours=6)
        short.settle()
        config = granted.read(short.user.kube_config)
        assert config is not None
        assert config.ends > short.now


def test_a_longer_account_gets_a_longer_token() -> None:
    longer = settled()
    longer.account["spec"]["validPeriod"] = 30
    longer.settle()
    assert longer.observe().bootstraps[0].ends == NOW + timedelta(days=30)


def test_rights_that_somebody_added_to_the_binding_are_taken_away() -> None:
    widened = settled()
    binding = widened.objects["RoleBinding", TENANT_NAME, "yurt-console-tenant"]
    binding["subjects"].append({"kind": "Group", "name": "system:authenticated"})
    widened.settle()
    kept = widened.objects["RoleBinding", TENANT_NAME, "yurt-console-tenant"]
    assert [subject["name"] for subject in kept["subjects"]] == ["tenant"]


def test_the_tenant_label_of_the_namespace_comes_back() -> None:
    stripped = settled()
    stripped.objects["Namespace", "", TENANT_NAME]["metadata"]["labels"] = {"mine": "stays"}
    stripped.settle()
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
    assert [str(step) for step in edited.settle()] == [f"mend {kind} {TENANT_NAME}/tenant"]
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
        assert decided.news == ()  # nobody broke anything
        assert [str(step) for step in world.settle()] == [f"mend ResourceQuota {TENANT_NAME}/tenant"]
        assert bounds() == hard
        assert world.settle() == []


@given(cpu=st.from_regex(limits.CPU, fullmatch=True), memory=st.from_regex(limits.MEMORY, fullmatch=True))
def test_whatever_the_user_kind_takes_makes_a_quota(cpu: str, memory: str) -> None:
    hard = limits.quota(user(quota_cpu=cpu, quota_memory=memory))["hard"]

    assert quantities.parse(hard["requests.cpu"]) == quantities.parse(cpu)
    assert quantities.canonical(hard["requests.memory"]) == hard["requests.memory"]


def test_a_token_for_other_groups_is_replaced() -> None:
    widened = settled()
    secret = widened.objects["Secret", "kube-system", widened.observe().bootstraps[0].name]
    secret["data"]["auth-extra-groups"] = _encoded("system:bootstrappers:kubeadm:default-node-token")
    widened.settle()
    assert widened.observe().bootstraps[0].usable
    assert widened.settle() == []


def test_each_part_says_how_far_it_has_come() -> None:
    new = world()
    new.settle(stop_after=2)
    assert {condition(new, part) for part in standing.PARTS} == {("False", "Preparing")}
    assert condition(new) == ("False", "Preparing")
    new.settle(stop_after=11)
    assert condition(new, "NamespaceReady") == ("True", "Provided")
    assert condition(new, "AccessReady") == ("False", "Preparing")
    new.settle()
    assert {condition(new, part) for part in standing.PARTS} == {("True", "Provided")}
    assert condition(new) == ("True", "Prepared")


def test_what_failed_is_said_until_it_is_mended_and_not_said_twice() -> None:
    refused = world()
    refused.settle(stop_after=3)
    refused.settle(stop_after=1)
    failed = standing.failed(refused.user, "LimitsReady", "cannot create ResourceQuota: forbidden")
    refused.account["status"].update(standing.patch(refused.user, failed, refused.now))
    assert standing.patch(refused.user, failed, refused.now + forward(1)) == {}
    decided = plan(refused.user, refused.observe(), PLATFORM, refused.now + forward(1))
    assert not [step for step in decided.steps if isinstance(step, Patch) and step.what == "status"]
    assert condition(refused) == condition(refused, "LimitsReady") == ("False", "Failed")
    assert "forbidden" in refused.user.status_message
    refused.settle()
    assert condition(refused) == ("True", "Prepared")
    assert refused.user.status_message == ""


def test_a_condition_keeps_the_time_of_its_status_and_those_of_others_stay() -> None:
    done = settled()
    done.account["status"]["conditions"].append(
        {"type": "Foreign", "status": "True", "reason": "Theirs", "message": "", "lastTransitionTime": "2025"}
    )
    done.now += forward(1)
    done.account["spec"]["suspended"] = True
    done.settle()
    since = {each.type: each.since for each in done.user.conditions}
    assert since["NamespaceReady"] == "2026-01-01T00:00:00Z"
    assert since["Ready"] == since["AccessReady"] == "2026-01-02T00:00:00Z"
    assert since["Foreign"] == "2025"


def test_a_repair_is_told_and_changes_no_condition() -> None:
    damaged = settled()
    del damaged.objects["RoleBinding", TENANT_NAME, "yurt-console-tenant"]
    decided = plan(damaged.user, damaged.observe(), PLATFORM, damaged.now)
    [news] = decided.news
    assert news.reason == "Repaired"
    assert "RoleBinding" in news.message
    assert [str(step) for step in decided.steps] == [f"create RoleBinding {TENANT_NAME}/yurt-console-tenant"]


def test_after_the_grace_period_everything_goes_and_the_user_last() -> None:
    ended = settled()
    ended.now += forward(14, seconds=-1)
    ended.settle()
    assert "NodePool" in ended.kinds()
    ended.now += forward(seconds=1)
    steps = [str(step) for step in ended.settle()]
    assert ended.objects == {}
    assert steps[-2:] == [f"delete User {TENANT_NAME}", f"set finalizers of User {TENANT_NAME}"]


def test_renewing_in_the_middle_of_the_removal_brings_everything_back() -> None:
    ended = settled()
    ended.now += forward(20)
    ended.settle(stop_after=6)
    assert "Namespace" in ended.kinds()
    ended.account["spec"]["validPeriod"] = 60
    ended.settle()
    assert ended.kinds() == EVERYTHING
    assert condition(ended) == ("True", "Prepared")


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
    made.settle()
    for _ in range(6):
        again = plan(made.user, made.observe(), PLATFORM, made.now).again
        if again is None:
            assert made.account["metadata"].get("deletionTimestamp")
            return
        between = made.now + (again - made.now) * part
        assert plan(made.user, made.observe(), PLATFORM, between).steps == ()
        made.now = again
        assert made.settle() != []


def test_a_bootstrap_token_id_that_is_taken_is_left_to_its_owner() -> None:
    crowded = world()
    first, second = belongings.bootstrap_ids(UID)[:2]
    taken = belongings.bootstrap_secret(user(uid="somebody-else"), first, "f" * 16, NOW)
    kept = crowded.put(taken)
    crowded.settle()
    assert crowded.observe().bootstraps[0].name == belongings.bootstrap_name(second)
    assert crowded.objects["Secret", "kube-system", belongings.bootstrap_name(first)] == kept
    crowded.account["metadata"]["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    crowded.settle()
    assert crowded.kinds() == ["Secret"]


def test_a_damaged_bootstrap_token_is_replaced() -> None:
    damaged = settled()
    secret = damaged.objects["Secret", "kube-system", damaged.observe().bootstraps[0].name]
    secret["data"]["token-secret"] = "!"
    damaged.settle()
    assert damaged.observe().bootstraps[0].usable
    assert damaged.settle() == []


def test_bootstrap_tokens_are_in_our_groups_and_end() -> None:
    secret = belongings.bootstrap_secret(user(), "abc123", "f" * 16, NOW)["stringData"]
    assert secret["auth-extra-groups"].split(",") == [
        "system:bootstrappers:yurt-console",
        f"system:bootstrappers:yurt-console:{TENANT_NAME}",
    ]
    assert secret["expiration"] == "2026-01-01T00:00:00Z"
    assert "kubeadm" not in secret["auth-extra-groups"]


def test_bootstrap_ids_are_kubernetes_and_always_the_same() -> None:
    assert belongings.bootstrap_ids(UID) == belongings.bootstrap_ids(UID)
    assert all(len(token_id) == 6 and token_id.isalnum() for token_id in belongings.bootstrap_ids(UID))
    assert len(set(belongings.bootstrap_ids(UID))) == 4


def test_steps_can_be_logged_without_giving_a_credential_away() -> None:
    done = world()
    written = " ".join(f"{step!s}" for step in done.settle()) + repr(done.observe())
    token = done.observe().bootstraps[0].token
    assert token.split(".")[1] not in written
    assert "kind: Config" not in written


@given(st.text())
def test_a_kubeconfig_that_is_not_ours_is_not_taken_for_one(text: str) -> None:
    assert granted.read(text) is None

"""ResourceQuota and LimitRange: what a namespace may hold, and what its containers get and may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conformance.golden import Golden
from tests.conformance.servers.asking import wait_for
from tests.conformance.servers.targets import Json, Target, unique


class Limited:
    """A namespace with a quota or a LimitRange."""

    def __init__(self, api: Target) -> None:
        self.api, self.name = api, unique()
        self.path = f"/api/v1/namespaces/{self.name}"
        api.create("/api/v1/namespaces", {"metadata": {"name": self.name}})
        # pods need a ServiceAccount with its token on the real server
        account = f"{self.path}/serviceaccounts/default"
        wait_for(lambda: api.ask("GET", account).code == 200)
        wait_for(lambda: "secrets" in api.get(account) or not api.expected.token_secrets)

    def quota(self, hard: Json, **spec: Json) -> None:
        """Make a quota, and return when it is in force."""
        quota = {"metadata": {"name": "q"}, "spec": {"hard": hard, **spec}}
        self.api.create(f"{self.path}/resourcequotas", quota)
        wait_for(lambda: self.status().get("hard") == hard)

    def status(self) -> Json:
        """The quota's status."""
        return self.api.get(f"{self.path}/resourcequotas/q").get("status", {})

    def used(self, name: str) -> str:
        """How much of a resource is used."""
        return str(self.status().get("used", {}).get(name))

    def limit(self, **limits: Json) -> None:
        """Make a LimitRange."""
        self.api.create(f"{self.path}/limitranges", {"metadata": {"name": "l"}, "spec": {"limits": [limits]}})

    def pod(self, name: str, **resources: Json) -> Json:
        """A pod nobody runs, of one container."""
        return {
            "metadata": {"name": name},
            "spec": {
                "automountServiceAccountToken": False,
                "nodeSelector": {"no": "where"},
                "containers": [{"name": "c", "image": "i", "resources": resources}],
            },
        }

    def post(self, plural: str, body: Json) -> tuple[int, str]:
        """Code and message of a creation."""
        answer = self.api.ask("POST", f"{self.path}/{plural}", body)
        return answer.code, answer.body.get("message", "")


@pytest.fixture
def limited(api: Target) -> Iterator[Limited]:
    """A namespace of the test's own."""
    made = Limited(api)
    yield made
    api.ask("DELETE", made.path)


def refused(limited: Limited, plural: str, body: Json) -> str:
    """Why a creation is refused, as soon as the real server's caches know that it shall be."""
    seen: list[tuple[int, str]] = []

    def is_refused() -> bool:
        seen.append(limited.post(plural, body))
        if seen[-1][0] == 201:
            name = body["metadata"]["name"]
            limited.api.ask("DELETE", f"{limited.path}/{plural}/{name}?gracePeriodSeconds=0")
        return seen[-1][0] == 403

    wait_for(is_refused)
    return seen[-1][1]


def test_what_exceeds_a_quota_is_refused_and_named(limited: Limited) -> None:
    limited.quota({"pods": "1", "requests.cpu": "1", "limits.memory": "256Mi"})
    small = {"requests": {"cpu": "500m"}, "limits": {"memory": "128Mi"}}
    big = {"requests": {"cpu": "1500m"}, "limits": {"memory": "128Mi"}}
    why = "exceeded quota: q, requested: requests.cpu=1500m, used: requests.cpu=0, limited: requests.cpu=1"
    assert refused(limited, "pods", limited.pod("big", **big)) == f'pods "big" is forbidden: {why}'
    assert limited.post("pods", limited.pod("one", **small))[0] == 201
    assert limited.used("requests.cpu") == "500m"
    assert limited.used("limits.memory") == "128Mi"
    why = "exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1"
    assert limited.post("pods", limited.pod("two", **small)) == (403, f'pods "two" is forbidden: {why}')
    limited.api.ask("DELETE", f"{limited.path}/pods/one?gracePeriodSeconds=0")
    wait_for(lambda: limited.used("pods") == "0")
    assert limited.used("limits.memory") == "0"


def test_under_a_compute_quota_every_container_must_say_what_it_needs(
    limited: Limited, golden: Golden
) -> None:
    limited.quota({"limits.cpu": "1", "limits.memory": "1Gi"})
    message = refused(limited, "pods", limited.pod("silent"))
    golden.says(message, 'pods "silent" is forbidden: failed quota: q: must specify limits.cpu,limits.memory')


def test_creations_at_once_do_not_exceed_a_quota_together(limited: Limited) -> None:
    limited.quota({"count/endpoints": "3"})
    bodies = [{"metadata": {"name": f"e-{number}"}} for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        codes = sorted(code for code, _ in pool.map(lambda body: limited.post("endpoints", body), bodies))
    assert codes == [201] * 3 + [403] * 9
    wait_for(lambda: limited.used("count/endpoints") == "3")


def test_services_count_with_their_ports(limited: Limited) -> None:
    limited.quota({"services": "2", "services.nodeports": "1", "services.loadbalancers": "0"})
    ports = [{"name": "a", "port": 80}, {"name": "b", "port": 81}]

    def service(name: str, kind: str, count: int) -> Json:
        return {"metadata": {"name": name}, "spec": {"type": kind, "ports": ports[:count]}}

    message = refused(limited, "services", service("np", "NodePort", 2))
    assert message.startswith(
        'services "np" is forbidden: exceeded quota: q, requested: services.nodeports=2'
    )
    message = refused(limited, "services", service("lb", "LoadBalancer", 1))
    assert "requested: services.loadbalancers=1, used: services.loadbalancers=0" in message
    assert limited.post("services", service("np", "NodePort", 1))[0] == 201
    wait_for(lambda: (limited.used("services"), limited.used("services.nodeports")) == ("1", "1"))


def test_claims_secrets_and_config_maps_count(limited: Limited) -> None:
    present = {
        plural: len(limited.api.get(f"{limited.path}/{plural}")["items"])
        for plural in ("secrets", "configmaps")
    }
    hard = {key: str(count + 1) for key, count in present.items()}
    limited.quota({**hard, "persistentvolumeclaims": "1", "requests.storage": "1Gi"})
    for plural in ("secrets", "configmaps"):
        assert limited.post(plural, {"metadata": {"name": "fits"}})[0] == 201
        message = refused(limited, plural, {"metadata": {"name": "more"}})
        held = f"used: {plural}={hard[plural]}, limited: {plural}={hard[plural]}"
        assert message.endswith(f"exceeded quota: q, requested: {plural}=1, {held}")
    claim = {
        "metadata": {"name": "big"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}},
    }
    message = refused(limited, "persistentvolumeclaims", claim)
    held = "used: requests.storage=0, limited: requests.storage=1Gi"
    assert message.endswith(f"exceeded quota: q, requested: requests.storage=2Gi, {held}")


def test_a_controllers_pods_count_and_its_events_say_why_there_are_no_more(limited: Limited) -> None:
    limited.quota({"pods": "1"})
    labels = {"app": "r"}
    template = {"metadata": {"labels": labels}, "spec": limited.pod("x")["spec"]}
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
    replica_sets = f"/apis/apps/v1/namespaces/{limited.name}/replicasets"
    limited.api.create(replica_sets, {"metadata": {"name": "r"}, "spec": spec})

    def told() -> bool:
        events = limited.api.get(f"{limited.path}/events")["items"]
        return any("exceeded quota: q, requested: pods=1" in one["message"] for one in events)

    wait_for(told)
    assert len(limited.api.get(f"{limited.path}/pods")["items"]) == 1


def test_a_quota_may_be_about_some_pods_only(limited: Limited) -> None:
    limited.quota({"pods": "0"}, scopes=["BestEffort"])
    assert "exceeded quota: q, requested: pods=1" in refused(limited, "pods", limited.pod("plain"))
    assert limited.post("pods", limited.pod("asking", requests={"cpu": "1m"}))[0] == 201


def test_containers_get_what_they_do_not_say(limited: Limited) -> None:
    limited.limit(type="Container", default={"cpu": "200m", "memory": "64Mi"}, defaultRequest={"cpu": "100m"})
    path, seen = f"{limited.path}/pods", []

    def is_heeded() -> bool:
        seen.append(limited.api.create(path, limited.pod(unique())))
        return bool(seen[-1]["spec"]["containers"][0]["resources"])

    wait_for(is_heeded)
    expected = {"limits": {"cpu": "200m", "memory": "64Mi"}, "requests": {"cpu": "100m", "memory": "64Mi"}}
    assert seen[-1]["spec"]["containers"][0]["resources"] == expected
    assert seen[-1]["metadata"]["annotations"]["kubernetes.io/limit-ranger"] == (
        "LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c"
    )
    own = limited.api.create(path, limited.pod("own", limits={"cpu": "1"}, requests={"cpu": "150m"}))
    resources = own["spec"]["containers"][0]["resources"]
    assert (resources["limits"]["cpu"], resources["requests"]["cpu"]) == ("1", "150m")


@pytest.mark.parametrize(
    ("limit", "resources", "why"),
    [
        ({"max": {"cpu": "1"}}, {"limits": {"cpu": "2"}},
         "maximum cpu usage per Container is 1, but limit is 2"),
        ({"min": {"cpu": "100m"}}, {"requests": {"cpu": "50m"}},
         "minimum cpu usage per Container is 100m, but request is 50m"),
        ({"maxLimitRequestRatio": {"cpu": "2"}}, {"requests": {"cpu": "100m"}, "limits": {"cpu": "300m"}},
         "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000"),
        ({"maxLimitRequestRatio": {"cpu": "2"}}, {"limits": {"memory": "1Mi"}},
         "cpu max limit to request ratio per Container is 2, but no request is specified or request is 0"),
    ],
)  # fmt: skip
def test_a_container_outside_the_limits_is_refused(
    limited: Limited, limit: Json, resources: Json, why: str
) -> None:
    limited.limit(type="Container", **limit)
    assert refused(limited, "pods", limited.pod("p", **resources)) == f'pods "p" is forbidden: {why}'


def test_a_pods_containers_are_summed_up(limited: Limited) -> None:
    limited.limit(type="Pod", max={"cpu": "1"})
    pod = limited.pod("p", limits={"cpu": "600m"})
    pod["spec"]["containers"].append({**pod["spec"]["containers"][0], "name": "d"})
    why = "maximum cpu usage per Pod is 1, but limit is 1200m"
    assert refused(limited, "pods", pod) == f'pods "p" is forbidden: {why}'


def test_a_claim_outside_the_limits_is_refused(limited: Limited) -> None:
    limited.limit(type="PersistentVolumeClaim", max={"storage": "1Gi"}, min={"storage": "100Mi"})
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}
    message = refused(limited, "persistentvolumeclaims", {"metadata": {"name": "big"}, "spec": spec})
    why = "maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi"
    assert message == f'persistentvolumeclaims "big" is forbidden: {why}'

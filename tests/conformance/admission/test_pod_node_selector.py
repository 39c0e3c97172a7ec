"""PodNodeSelector: a namespace's annotation says on which nodes its pods run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.golden import Golden
from tests.conformance.servers.asking import wait_for
from tests.conformance.servers.targets import MERGE, Json, Target, unique

ANNOTATION = "scheduler.alpha.kubernetes.io/node-selector"


class Fenced:
    """A namespace with a selector."""

    def __init__(self, api: Target, selector: str) -> None:
        self.api, self.name = api, unique()
        self.path = f"/api/v1/namespaces/{self.name}"
        annotations = {ANNOTATION: selector}
        api.create("/api/v1/namespaces", {"metadata": {"name": self.name, "annotations": annotations}})
        # pods need a ServiceAccount with its token on the real server
        account = f"{self.path}/serviceaccounts/default"
        wait_for(lambda: api.ask("GET", account).code == 200)
        wait_for(lambda: "secrets" in api.get(account) or not api.expected.token_secrets)

    def post(self, **selector: str) -> tuple[int, Json]:
        """Make a pod that asks for these nodes itself."""
        spec = {"containers": [{"name": "c", "image": "i"}], "automountServiceAccountToken": False}
        pod = {"metadata": {"name": unique()}, "spec": {**spec, "nodeSelector": selector}}
        answer = self.api.ask("POST", f"{self.path}/pods", pod)
        return answer.code, answer.body


@pytest.fixture
def fenced(api: Target) -> Iterator[Fenced]:
    """A namespace for pods at one site, on nodes with a disk."""
    made = Fenced(api, "site=north, disk=ssd")
    yield made
    api.ask("DELETE", made.path)


def test_a_pod_gets_the_namespaces_selector_beside_its_own(fenced: Fenced) -> None:
    code, made = fenced.post(rack="7", site="north")
    assert (code, made["spec"]["nodeSelector"]) == (201, {"site": "north", "disk": "ssd", "rack": "7"})


def test_a_pod_that_says_otherwise_is_refused(fenced: Fenced) -> None:
    code, refused = fenced.post(site="south")
    assert code == 403
    why = "pod node label selector conflicts with its namespace node label selector"
    assert refused["message"].endswith(f" is forbidden: {why}")


def test_a_namespace_that_says_nothing_changes_nothing(fenced: Fenced) -> None:
    patch = {"metadata": {"annotations": {ANNOTATION: None}}}
    assert fenced.api.ask("PATCH", fenced.path, patch, content_type=MERGE).code == 200

    def plain() -> bool:  # the plugin sees namespaces as a watch tells of them
        code, made = fenced.post()
        return code == 201 and "nodeSelector" not in made["spec"]

    wait_for(plain)


@pytest.mark.parametrize("selector", ["site", "site==north", "a b=c", "site=a b"])
def test_a_selector_that_is_none_stops_every_pod_with_its_reason(
    api: Target, golden: Golden, selector: str
) -> None:
    broken = Fenced(api, selector)
    try:
        code, refused = broken.post()
        assert code == 500
        golden.says(refused["message"].partition(" ")[0], "invalid")
    finally:
        api.ask("DELETE", broken.path)

"""Evictions: deletions that are asked for politely, as ``kubectl drain`` does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.servers.targets import Answer, Target


@pytest.fixture
def pods(api: Target, namespace: str) -> str:
    """Where a pod "p" is, which a node has that is not there: its end is waited for in vain."""
    pods = f"/api/v1/namespaces/{namespace}/pods"
    containers = [{"name": "c", "image": "i"}]
    spec = {"containers": containers, "nodeName": "nowhere", "automountServiceAccountToken": False}
    api.create(f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": "own"}})
    api.create(pods, {"metadata": {"name": "p"}, "spec": {**spec, "serviceAccountName": "own"}})
    return pods


def evict(api: Target, pods: str, name: str = "p", evicted: str = "p", **options: Any) -> Answer:
    body = {
        "apiVersion": "policy/v1beta1",
        "kind": "Eviction",
        "metadata": {"name": evicted},
        "deleteOptions": options,
    }
    return api.ask("POST", f"{pods}/{name}/eviction", body)


def test_an_evicted_pod_has_its_time_to_end(api: Target, pods: str) -> None:
    answer = evict(api, pods, gracePeriodSeconds=7)

    assert (answer.code, answer.body["status"]) == (201, "Success")
    assert api.get(f"{pods}/p")["metadata"]["deletionGracePeriodSeconds"] == 7
    assert evict(api, pods, gracePeriodSeconds=0).code == 201
    assert api.ask("GET", f"{pods}/p").code == 404


def test_an_eviction_says_which_pod_it_means(api: Target, pods: str) -> None:
    missing = evict(api, pods, "nope", "nope")
    wrong = evict(api, pods, evicted="other")
    another = evict(api, pods, preconditions={"uid": "x"})
    read = api.ask("GET", f"{pods}/p/eviction")

    assert (missing.code, missing.message) == (404, 'pods "nope" not found')
    assert (wrong.code, wrong.message) == (400, "name in URL does not match name in Eviction object")
    assert another.code == 409
    assert another.message.startswith(
        'Operation cannot be fulfilled on Pod "p": the UID in the precondition (x) does not match the UID'
    )
    assert read.code == 405
    assert "deletionTimestamp" not in api.get(f"{pods}/p")["metadata"]


@pytest.mark.parametrize("wrong", ["x", [1], {"gracePeriodSeconds": "x"}, {"preconditions": []}])
def test_nonsense_is_refused(api: Target, pods: str, wrong: Any) -> None:
    body = {"apiVersion": "policy/v1beta1", "kind": "Eviction", "metadata": {"name": "p"}}

    answer = api.ask("POST", f"{pods}/p/eviction", {**body, "deleteOptions": wrong})

    assert answer.code == 400
    assert "deletionTimestamp" not in api.get(f"{pods}/p")["metadata"]

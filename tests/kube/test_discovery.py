"""Which version of a kind to use, when clusters differ."""

from __future__ import annotations

import msgspec
import pytest

from apimachinery.resources import CRON_JOBS, NODE_METRICS, PODS
from tests.kube.test_credentials import Clock
from yurt_console.custom_resources import NODE_POOLS
from yurt_console.kube.discovery import Discovery
from yurt_console.kube.errors import MalformedReply, NotFound, ServiceUnavailable


class Cluster:
    """A test double of the discovery addresses: group -> version -> plurals."""

    def __init__(self, groups: dict[str, dict[str, list[str]]]) -> None:
        self.groups = groups
        self.asked: list[str] = []

    async def fetch(self, path: str) -> bytes:
        self.asked.append(path)
        _, _, group, *version = path.split("/")
        try:
            versions = self.groups[group]
            if not version:
                return msgspec.json.encode({"versions": [{"version": name} for name in versions]})
            return msgspec.json.encode({"resources": [{"name": name} for name in versions[version[0]]]})
        except KeyError:
            raise NotFound.of("the server could not find the requested resource") from None


@pytest.mark.parametrize(
    ("served", "expected"),
    [
        (["v1alpha1", "v1beta1"], "v1beta1"),
        (["v1beta2", "v1beta1", "v1alpha1"], "v1beta2"),
        (["v1alpha1"], "v1alpha1"),
        (["v2", "v1beta1"], "v1beta1"),
    ],
)
async def test_the_best_version_that_both_sides_know_is_taken(served: list[str], expected: str) -> None:
    cluster = Cluster({NODE_POOLS.group: {version: ["nodepools"] for version in served}})
    assert await Discovery(cluster.fetch).served(NODE_POOLS) == expected


async def test_a_version_of_the_group_without_the_kind_does_not_count() -> None:
    cluster = Cluster({"batch": {"v1": ["jobs"], "v1beta1": ["cronjobs", "cronjobs/status"]}})
    assert await Discovery(cluster.fetch).served(CRON_JOBS) == "v1beta1"


@pytest.mark.parametrize(
    "groups",
    [
        {},
        {NODE_POOLS.group: {"v1beta1": ["nodebuckets"]}},
        {NODE_POOLS.group: {"v9": ["nodepools"]}},
    ],
)
async def test_an_absent_kind_is_not_found_and_asked_for_again_every_time(
    groups: dict[str, dict[str, list[str]]],
) -> None:
    cluster = Cluster(groups)
    discovery = Discovery(cluster.fetch)
    with pytest.raises(NotFound, match=r"nodepools\.apps\.openyurt\.io"):
        await discovery.served(NODE_POOLS)
    cluster.groups = {NODE_POOLS.group: {"v1beta1": ["nodepools"]}}
    assert await discovery.served(NODE_POOLS) == "v1beta1"


async def test_an_answer_is_remembered_until_it_is_forgotten() -> None:
    cluster = Cluster({NODE_POOLS.group: {"v1alpha1": ["nodepools"]}})
    discovery = Discovery(cluster.fetch)
    await discovery.served(NODE_POOLS)
    asked = len(cluster.asked)
    cluster.groups = {NODE_POOLS.group: {"v1beta2": ["nodepools"]}}
    assert await discovery.served(NODE_POOLS) == "v1alpha1"
    assert len(cluster.asked) == asked
    discovery.forget(NODE_POOLS)
    assert await discovery.served(NODE_POOLS) == "v1beta2"


async def test_a_better_version_that_appears_is_found_within_a_minute() -> None:
    clock = Clock()
    cluster = Cluster({NODE_POOLS.group: {"v1alpha1": ["nodepools"]}})
    discovery = Discovery(cluster.fetch, clock=clock)
    await discovery.served(NODE_POOLS)
    cluster.groups[NODE_POOLS.group]["v1beta2"] = ["nodepools"]
    clock.now += 60
    assert await discovery.served(NODE_POOLS) == "v1beta2"
    asked = len(cluster.asked)
    clock.now += 1_000_000
    assert await discovery.served(NODE_POOLS) == "v1beta2"
    assert len(cluster.asked) == asked


async def test_core_kinds_need_no_question() -> None:
    cluster = Cluster({})
    assert await Discovery(cluster.fetch).served(PODS) == "v1"
    assert cluster.asked == []


async def test_an_extension_that_is_down_is_not_taken_for_absent() -> None:
    async def fetch(path: str) -> bytes:
        if path.endswith("v1beta1"):
            raise ServiceUnavailable.of("the server is currently unable to handle the request")
        return b'{"versions":[{"version":"v1beta1"}]}'

    with pytest.raises(ServiceUnavailable):
        await Discovery(fetch).served(NODE_METRICS)


@pytest.mark.parametrize("body", [b"<html>s3cret</html>", b"{}", b'{"versions":[{}]}', b"\xff"])
async def test_a_document_that_is_none_is_malformed(body: bytes) -> None:
    async def fetch(_: str) -> bytes:
        return body

    with pytest.raises(MalformedReply) as raised:
        await Discovery(fetch).served(NODE_POOLS)
    assert "s3cret" not in str(raised.value)

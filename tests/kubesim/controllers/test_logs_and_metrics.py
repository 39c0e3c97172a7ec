"""Logs and metrics of running pods."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from apimachinery.errors import BadRequestError, InternalServerError, InvalidError, NotFoundError, StatusError
from apimachinery.quantities import millicores, whole
from apimachinery.resources import NODE_METRICS, PODS
from kubesim.kubelet.metrics import POD_METRICS
from kubesim.machinery.calls import Call, Stream
from kubesim.machinery.options import ListOptions
from kubesim.storage.log import Object
from tests.kubesim.controllers.cluster import Cluster


def spec(image: str = "nginx:1.25", **more: object) -> Object:
    return {"containers": [{"name": "c", "image": image}], **more}


def ask(cluster: Cluster, name: str, query: Mapping[str, str]) -> Stream:
    call = Call("get", cluster.server.kind(PODS), "log", "shop", name, query=query)
    answer: Any = cluster.server.handlers["", "pods", "log"](call)
    assert isinstance(answer, Stream)
    return answer


async def log(cluster: Cluster, name: str, **query: str) -> list[str]:
    return (b"".join([chunk async for chunk in ask(cluster, name, query).chunks])).decode().splitlines()


async def test_a_log_grows_and_what_was_read_stays_the_same(cluster: Cluster) -> None:
    cluster.create(PODS, "web", spec())
    await cluster.later(60)
    first = await log(cluster, "web")
    await cluster.later(60)
    second = await log(cluster, "web")
    assert len(second) > len(first) > 3
    assert second[: len(first)] == first


async def test_only_the_newest_lines_are_kept_and_reading_them_costs_nothing_more(cluster: Cluster) -> None:
    cluster.create(PODS, "web", spec())
    await cluster.later(30)
    cluster.much_later(100_000)
    lines = await log(cluster, "web")
    assert len(lines) == 2000
    assert await log(cluster, "web", tailLines="5") == lines[-5:]
    assert await log(cluster, "web", tailLines="0") == []
    recent = await log(cluster, "web", sinceSeconds="60")
    assert recent
    assert lines[-len(recent) :] == recent
    stamped = await log(cluster, "web", tailLines="1", timestamps="true")
    assert stamped[0].endswith(lines[-1])
    assert stamped[0].startswith("2026-01-02T")
    assert len("\n".join(await log(cluster, "web", limitBytes="100"))) <= 100
    cluster.much_later(1e9)  # half a billion lines: written out, they would take the test's whole time
    assert len(await log(cluster, "web")) == 2000


async def test_a_followed_log_brings_lines_as_they_come_and_ends_with_the_pod(cluster: Cluster) -> None:
    cluster.create(PODS, "web", spec())
    await cluster.later(30)
    read: list[bytes] = []

    async def follow() -> None:
        async for chunk in ask(cluster, "web", {"follow": "true", "tailLines": "1"}).chunks:
            read.append(chunk)

    following = asyncio.create_task(follow())
    await cluster.later(60)
    assert len(read) > 5
    assert b"".join(read).decode().splitlines() == (await log(cluster, "web"))[-len(read) :]
    cluster.server.delete(PODS, "shop", "web")
    await cluster.later(15)
    await asyncio.wait_for(following, 1)


async def test_a_crashed_container_has_a_previous_log_with_its_last_words(cluster: Cluster) -> None:
    cluster.create(PODS, "bad", spec("x/crash"))
    await cluster.later(300)
    previous = await log(cluster, "bad", previous="true")
    assert "panic: cannot go on without a database" in previous
    assert "starting c" in previous[0]


@pytest.mark.parametrize(
    ("query", "refusal", "words"),
    [
        ({"container": "x"}, BadRequestError, "container x is not valid for pod web"),
        ({"previous": "true"}, BadRequestError, 'previous terminated container "c" in pod "web" not found'),
        (
            {"tailLines": "-1"},
            InvalidError,
            'PodLogOptions "web" is invalid: tailLines: Invalid value: -1:'
            " must be greater than or equal to 0",
        ),
    ],
)
async def test_what_cannot_be_read_is_refused_in_kubernetes_words(
    cluster: Cluster, query: dict[str, str], refusal: type[StatusError], words: str
) -> None:
    cluster.create(PODS, "web", spec())
    await cluster.later(20)
    with pytest.raises(refusal) as refused:
        ask(cluster, "web", query)
    assert refused.value.status.message == words


async def test_a_pod_of_several_containers_asks_which(cluster: Cluster) -> None:
    containers = [{"name": name, "image": "nginx"} for name in ("a", "b")]
    cluster.create(PODS, "web", {"containers": containers})
    with pytest.raises(BadRequestError) as refused:
        ask(cluster, "web", {})
    assert refused.value.status.message == (
        "a container name must be specified for pod web, choose one of: [a b]"
    )


async def test_a_container_that_has_not_started_has_no_log_yet(cluster: Cluster) -> None:
    cluster.create(PODS, "web", spec("x/missing"))
    await cluster.later(30)
    with pytest.raises(BadRequestError, match="is waiting to start: image can't be pulled"):
        ask(cluster, "web", {})
    with pytest.raises(NotFoundError):
        ask(cluster, "nobody", {})


async def test_logs_on_a_lost_node_cannot_be_reached(cluster: Cluster) -> None:
    cluster.create(PODS, "web", spec(nodeName="edge-1"))
    await cluster.later(20)
    cluster.components.stop_kubelet("edge-1")
    await cluster.later(60)
    with pytest.raises(InternalServerError, match="no route to host"):
        ask(cluster, "web", {})


async def test_usage_moves_and_stays_within_the_machine(cluster: Cluster) -> None:
    for number in range(4):
        cluster.create(PODS, f"web-{number}", spec())
    await cluster.later(20)
    seen = set()
    for _ in range(48):
        cluster.much_later(1800)
        (first, *_) = nodes = cluster.server.list(NODE_METRICS)
        assert len(nodes) == 3
        cpu, memory = millicores(first["usage"]["cpu"]), whole(first["usage"]["memory"])
        assert 0 < cpu <= 4000
        assert 0 < memory <= 8 * 2**30
        seen.add(cpu)
    assert len(seen) > 20
    pods = cluster.server.page(POD_METRICS, "shop", ListOptions()).records
    assert len(pods) == 4
    assert cluster.server.list(NODE_METRICS) == cluster.server.list(NODE_METRICS)


async def test_a_lost_node_has_no_usage(cluster: Cluster) -> None:
    cluster.components.stop_kubelet("edge-1")
    await cluster.later(60)
    assert [one["metadata"]["name"] for one in cluster.server.list(NODE_METRICS)] == ["edge-2", "edge-3"]
    with pytest.raises(NotFoundError):
        cluster.server.get(NODE_METRICS, "", "edge-1")

"""Single rights: those that the shipped manifests give, and which of them the API server does not grant."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from apimachinery.resources import ACCESS_REVIEWS
from yurt_console.kube.client import Client, Object

_AT_ONCE = 8


class Right(msgspec.Struct, frozen=True):
    """One thing that can be allowed; "" leaves the place open."""

    verb: str
    group: str
    resource: str
    name: str = ""
    namespace: str = ""

    def __str__(self) -> str:
        resource = f"{self.resource}.{self.group}" if self.group else self.resource
        name = f" {self.name}" if self.name else ""
        where = f" in {self.namespace}" if self.namespace else ""
        return f"{self.verb} {resource}{name}{where}"


def needed(account: str, documents: Sequence[Object]) -> Iterator[Right]:
    """The rights that the shipped manifests ``documents`` give to a ServiceAccount."""
    roles = {(document["kind"], document["metadata"]["name"]): document for document in documents}
    for binding in documents:
        subjects = binding.get("subjects") or ()
        if any(subject["kind"] == "ServiceAccount" and subject["name"] == account for subject in subjects):
            role = roles[binding["roleRef"]["kind"], binding["roleRef"]["name"]]
            for rule in role["rules"]:
                yield from of_rule(rule, binding["metadata"].get("namespace", ""))


def of_rule(rule: Object, namespace: str = "") -> Iterator[Right]:
    """What one rule of a role gives."""
    for group in rule.get("apiGroups") or ():  # a rule about addresses has none
        for resource in rule["resources"]:
            for name in rule.get("resourceNames") or ("",):
                for verb in rule["verbs"]:
                    yield Right(verb, group, resource, name, namespace)


async def lacking(client: Client, wanted: Iterable[Right]) -> list[Right]:
    """Those that the identity of ``client`` does not have. Raises `KubeError`."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def allowed(right: Right) -> bool:
        async with slots:
            return await _allowed(client, right)

    asked = list(wanted)
    answers = await asyncio.gather(*map(allowed, asked))
    return [right for right, answer in zip(asked, answers, strict=True) if not answer]


async def _allowed(client: Client, right: Right) -> bool:
    resource, _, subresource = right.resource.partition("/")
    attributes = {
        "verb": right.verb,
        "group": right.group,
        "resource": resource,
        "subresource": subresource,
        "name": right.name,
        "namespace": right.namespace,
    }
    review = {"spec": {"resourceAttributes": {key: text for key, text in attributes.items() if text}}}
    answer = await client.create(ACCESS_REVIEWS, review)
    return bool(answer["status"]["allowed"])

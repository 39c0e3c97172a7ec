"""RBAC permissions: those the shipped manifests grant, and which of them the API server denies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from apimachinery.resources import ACCESS_REVIEWS
from yurt_console.kube.client import Client, Object

_AT_ONCE = 8


class Permission(msgspec.Struct, frozen=True):
    """One verb on one resource; an empty ``name`` or ``namespace`` means all."""

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


def needed(account: str, documents: Sequence[Object]) -> Iterator[Permission]:
    """The permissions that the manifests ``documents`` grant to ServiceAccount ``account``."""
    roles = {(document["kind"], document["metadata"]["name"]): document for document in documents}
    for binding in documents:
        subjects = binding.get("subjects") or ()
        if any(subject["kind"] == "ServiceAccount" and subject["name"] == account for subject in subjects):
            role = roles[binding["roleRef"]["kind"], binding["roleRef"]["name"]]
            for rule in role["rules"]:
                yield from of_rule(rule, binding["metadata"].get("namespace", ""))


def of_rule(rule: Object, namespace: str = "") -> Iterator[Permission]:
    """The permissions of one PolicyRule."""
    for group in rule.get("apiGroups") or ():  # rules of nonResourceURLs have none
        for resource in rule["resources"]:
            for name in rule.get("resourceNames") or ("",):
                for verb in rule["verbs"]:
                    yield Permission(verb, group, resource, name, namespace)


async def lacking(client: Client, wanted: Iterable[Permission]) -> list[Permission]:
    """The permissions that ``client`` lacks, by SelfSubjectAccessReview. Raises `KubeError`."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def allowed(permission: Permission) -> bool:
        async with slots:
            return await _allowed(client, permission)

    requested = list(wanted)
    answers = await asyncio.gather(*map(allowed, requested))
    return [permission for permission, answer in zip(requested, answers, strict=True) if not answer]


async def _allowed(client: Client, permission: Permission) -> bool:
    resource, _, subresource = permission.resource.partition("/")
    attributes = {
        "verb": permission.verb,
        "group": permission.group,
        "resource": resource,
        "subresource": subresource,
        "name": permission.name,
        "namespace": permission.namespace,
    }
    review = {"spec": {"resourceAttributes": {key: text for key, text in attributes.items() if text}}}
    answer = await client.create(ACCESS_REVIEWS, review)
    return bool(answer["status"]["allowed"])

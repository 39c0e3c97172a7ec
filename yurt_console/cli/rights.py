"""The part of ``yurt-console check`` that is about RBAC: what we may do, and who else may do too much."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import msgspec

from yurt_console.cli import manifests
from yurt_console.cli.findings import Finding, doubtful, fine, wrong
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import Forbidden, NotFound
from yurt_console.kube.resources import ACCESS_REVIEWS, CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES
from yurt_console.settings import Settings
from yurt_console.tenancy.belongings import BOOTSTRAP_GROUP

_CONSOLE, _OPERATOR = "yurt-console", "yurt-console-operator"
_TOKEN_GROUPS = {BOOTSTRAP_GROUP, "system:bootstrappers", "system:authenticated"}
"""The groups that everybody with a bootstrap token of ours is in."""
_AT_ONCE = 8
INSTALL = "yurt-console install (as somebody who may write cluster roles)"


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


async def shipped(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    """Whether the roles and bindings that `install` makes are there, and as this version ships them."""
    missing, changed = [], []
    for document in manifests.rbac(settings.namespace):
        resource, metadata = manifests.resource(document), document["metadata"]
        try:
            found = await client.get(resource, metadata["name"], metadata.get("namespace", ""))
        except NotFound:
            missing.append(manifests.title(document))
            continue
        except Forbidden:
            yield doubtful("We may not read roles and bindings, so they were not compared.", "")
            return
        if any(found.get(part) != document.get(part) for part in ("rules", "roleRef", "subjects")):
            changed.append(manifests.title(document))
    if missing:
        yield wrong(f"Missing: {', '.join(missing)}.", INSTALL)
    if changed:
        yield doubtful(f"Not as this version ships them: {', '.join(changed)}.", INSTALL)
    if not missing and not changed:
        yield fine("Namespace, ServiceAccounts, roles and bindings are there, as this version ships them.")


async def ours(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    """Whether the identity we use here could run the console, the operator, or both."""
    lacking = {
        who: await _lacking(client, list(_needed(who, settings.namespace))) for who in (_CONSOLE, _OPERATOR)
    }
    for who, program in ((_CONSOLE, "serve"), (_OPERATOR, "operator")):
        if not lacking[who]:
            yield fine(f"The identity used here has every right that yurt-console {program} needs.")
        else:
            text = f"The identity used here could not run yurt-console {program}; it may not: "
            text += f"{'; '.join(map(str, lacking[who]))}."
            remedy = f"run it as ServiceAccount {settings.namespace}/{who}, or bind ClusterRole {who}"
            # somebody who runs one of the two programs need not be able to run the other
            yield wrong(text, remedy) if all(lacking.values()) else doubtful(text, remedy)


async def approvers(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    """Bindings by which the cluster itself would approve the nodes of our bootstrap tokens, unasked."""
    try:
        bindings = await client.list(CLUSTER_ROLE_BINDINGS)
        roles = {role["metadata"]["name"]: role for role in await client.list(CLUSTER_ROLES)}
    except Forbidden:
        yield doubtful(
            "We may not list cluster role bindings, so automatic node approval was not checked.", ""
        )
        return
    found = [
        binding["metadata"]["name"]
        for binding in bindings
        if _for_our_tokens(binding) and _approves(roles.get(binding["roleRef"]["name"], {}))
    ]
    if found:
        yield doubtful(
            f"Machines with a tenant's token become nodes unasked, by ClusterRoleBinding {', '.join(found)}.",
            "bind it to system:bootstrappers:kubeadm:default-node-token only, as kubeadm does",
        )
    else:
        yield fine("Nodes of tenants are not approved by the cluster itself.")


def _for_our_tokens(binding: Object) -> bool:
    subjects = binding.get("subjects") or ()
    return any(subject["kind"] == "Group" and subject["name"] in _TOKEN_GROUPS for subject in subjects)


def _approves(role: Object) -> bool:
    return any(
        {"certificates.k8s.io", "*"} & set(rule.get("apiGroups") or ())
        and {"certificatesigningrequests/nodeclient", "*"} & set(rule.get("resources") or ())
        and {"create", "*"} & set(rule.get("verbs") or ())
        for rule in role.get("rules") or ()
    )


def _needed(program: str, namespace: str) -> Iterator[Right]:
    """The rights that the shipped manifests give to a program's ServiceAccount."""
    documents = manifests.rbac(namespace)
    roles = {(document["kind"], document["metadata"]["name"]): document for document in documents}
    for binding in documents:
        subjects = binding.get("subjects") or ()
        if any(subject["kind"] == "ServiceAccount" and subject["name"] == program for subject in subjects):
            role = roles[binding["roleRef"]["kind"], binding["roleRef"]["name"]]
            for rule in role["rules"]:
                yield from _rights(rule, binding["metadata"].get("namespace", ""))


def _rights(rule: Object, namespace: str) -> Iterator[Right]:
    for group in rule["apiGroups"]:
        for resource in rule["resources"]:
            for name in rule.get("resourceNames") or ("",):
                for verb in rule["verbs"]:
                    yield Right(verb, group, resource, name, namespace)


async def _lacking(client: Client, needed: list[Right]) -> list[Right]:
    slots = asyncio.Semaphore(_AT_ONCE)

    async def allowed(right: Right) -> bool:
        async with slots:
            return await _allowed(client, right)

    answers = await asyncio.gather(*map(allowed, needed))
    return [right for right, answer in zip(needed, answers, strict=True) if not answer]


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

"""Diagnostics of RBAC: permissions of this identity, and bindings that grant too much to others."""

from __future__ import annotations

from collections.abc import AsyncIterator

from apimachinery.resources import CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES
from yurt_console import manifests
from yurt_console.diagnostics import installation, permissions
from yurt_console.diagnostics.findings import Finding, fail, ok, warn
from yurt_console.diagnostics.installation import CONSOLE, INSTALL, OPERATOR
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import Forbidden, NotFound
from yurt_console.settings import Settings
from yurt_console.tenancy.naming import BOOTSTRAP_GROUP

_TOKEN_GROUPS = {BOOTSTRAP_GROUP, "system:bootstrappers", "system:authenticated"}
"""Groups of a client with a tenant's bootstrap token."""


async def shipped(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    """Whether the roles and bindings of `install` exist in this version."""
    missing, older, changed = [], [], []
    for document in (
        *manifests.rbac(settings.cluster.namespace),
        *manifests.webhook(settings.cluster.namespace),
    ):
        resource, metadata = manifests.resource(document), document["metadata"]
        try:
            found = await client.get(resource, metadata["name"], metadata.get("namespace", ""))
        except NotFound:
            missing.append(manifests.title(document))
            continue
        except Forbidden:
            yield warn(
                "Permission missing to read what install made, so it was not compared with this version.", ""
            )
            return
        if lacks := installation.lacks(found, document):
            older.append(f"{manifests.title(document)} lacks {installation.some(lacks)}")
        elif installation.differs(found, document):
            changed.append(manifests.title(document))
    if missing:
        yield fail(f"Missing: {', '.join(missing)}.", INSTALL)
    if older:
        yield warn(f"Older than this version, or changed later: {'; '.join(older)}.", INSTALL)
    if changed:
        yield warn(f"Newer than this version, or changed later: {', '.join(changed)}.", INSTALL)
    if not missing and not older and not changed:
        yield ok("What yurt-console install makes is there, as this version ships it.")


async def ours(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    """Whether the identity in use may run the console, the operator, or both."""
    documents = manifests.rbac(settings.cluster.namespace)
    lacking = {
        account: await permissions.lacking(client, permissions.needed(account, documents))
        for account in (CONSOLE, OPERATOR)
    }
    for account, program in ((CONSOLE, "serve"), (OPERATOR, "operator")):
        if not lacking[account]:
            yield ok(f"The identity used here has every permission that yurt-console {program} needs.")
        else:
            text = f"The identity used here could not run yurt-console {program}; it may not: "
            text += f"{'; '.join(map(str, lacking[account]))}."
            name = f"{settings.cluster.namespace}/{account}"
            remedy = f"run it as ServiceAccount {name}, or bind ClusterRole {account}"
            # An identity may be meant for one of the two programs only.
            yield fail(text, remedy) if all(lacking.values()) else warn(text, remedy)


async def approvers(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    """Bindings by which Kubernetes itself approves certificate requests of tenants' bootstrap tokens."""
    try:
        bindings = await client.list(CLUSTER_ROLE_BINDINGS)
        roles = {role["metadata"]["name"]: role for role in await client.list(CLUSTER_ROLES)}
    except Forbidden:
        yield warn(
            "Permission missing to list cluster role bindings, so automatic node approval was not checked.",
            "",
        )
        return
    found = [
        binding["metadata"]["name"]
        for binding in bindings
        if _for_our_tokens(binding) and _approves(roles.get(binding["roleRef"]["name"], {}))
    ]
    if found:
        yield warn(
            f"Tenants' machines become nodes without approval, by ClusterRoleBinding {', '.join(found)}.",
            "bind it to system:bootstrappers:kubeadm:default-node-token only, as kubeadm does",
        )
    else:
        yield ok("Nodes of tenants are not approved by the cluster itself.")


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

"""The shipped manifests: the User CRD, RBAC, the webhook's Service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from apimachinery.resources import (
    CLUSTER_ROLE_BINDINGS,
    CLUSTER_ROLES,
    CUSTOM_RESOURCE_DEFINITIONS,
    NAMESPACES,
    ROLE_BINDINGS,
    ROLES,
    SERVICE_ACCOUNTS,
    SERVICES,
    Resource,
)
from yurt_console.kube.client import Object

SHIPPED_NAMESPACE = "yurt-console"
"""The namespace as the manifests have it; the setting ``namespace`` may say otherwise."""
_RESOURCES = {
    resource.kind: resource
    for resource in (
        NAMESPACES,
        SERVICE_ACCOUNTS,
        CUSTOM_RESOURCE_DEFINITIONS,
        CLUSTER_ROLES,
        CLUSTER_ROLE_BINDINGS,
        ROLES,
        ROLE_BINDINGS,
        SERVICES,
    )
}


def crds() -> list[Object]:
    """The CustomResourceDefinitions."""
    return _read("crds")


def rbac(namespace: str) -> list[Object]:
    """Namespace, ServiceAccounts, roles and bindings, in an order in which they can be created."""
    return [_moved(document, namespace) for document in _read("rbac")]


def webhook(namespace: str) -> list[Object]:
    """The Service through which the API server reaches operators in the cluster."""
    return [_moved(document, namespace) for document in _read("webhook")]


def resource(document: Object) -> Resource:
    """The resource of a document, by its kind."""
    return _RESOURCES[document["kind"]]


def title(document: Object) -> str:
    """A document's name in messages: "Kind namespace/name"."""
    metadata = document["metadata"]
    place = f"{metadata['namespace']}/" if "namespace" in metadata else ""
    return f"{document['kind']} {place}{metadata['name']}"


def _read(folder: str) -> list[Object]:
    here = Path(__file__)
    # in an installed package beside this module, in a checkout at its root
    found = next(root for root in (here.parent / "deploy", here.parents[1] / "deploy") if root.is_dir())
    documents: list[Any] = []
    for path in sorted((found / folder).glob("*.yaml")):
        documents += yaml.safe_load_all(path.read_text(encoding="utf-8"))
    return documents


def _moved(document: Object, namespace: str) -> Object:
    metadata = dict(document["metadata"])
    if metadata.get("namespace") == SHIPPED_NAMESPACE:
        metadata["namespace"] = namespace
    if document["kind"] == "Namespace":
        metadata["name"] = namespace
    moved = {**document, "metadata": metadata}
    if "subjects" in document:
        moved["subjects"] = [
            {**subject, "namespace": namespace} if subject.get("namespace") == SHIPPED_NAMESPACE else subject
            for subject in document["subjects"]
        ]
    return moved

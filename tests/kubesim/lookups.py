"""A `Lookup` on plain dicts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubesim.machinery.lookup import RBAC_GROUP, Object

_PLURALS = {
    "Role": "roles",
    "ClusterRole": "clusterroles",
    "RoleBinding": "rolebindings",
    "ClusterRoleBinding": "clusterrolebindings",
    "Pod": "pods",
    "Secret": "secrets",
    "ServiceAccount": "serviceaccounts",
    "ConfigMap": "configmaps",
}


class Objects:
    """A `Lookup` on objects that tests add and remove."""

    def __init__(self, *objects: Object) -> None:
        self._objects: dict[tuple[str, str, str, str], Object] = {}
        self._revisions: dict[tuple[str, str], int] = {}
        for obj in objects:
            self.add(obj)

    def add(self, obj: Object) -> Object:
        """Add or replace an object."""
        ref = _ref(obj)
        self._objects[ref] = obj
        self._revisions[ref[:2]] = self._revisions.get(ref[:2], 0) + 1
        return obj

    def remove(self, obj: Object) -> None:
        """Remove an object."""
        ref = _ref(obj)
        del self._objects[ref]
        self._revisions[ref[:2]] += 1

    def get(self, group: str, plural: str, namespace: str, name: str) -> Object | None:
        return self._objects.get((group, plural, namespace, name))

    def list(self, group: str, plural: str, namespace: str = "") -> Iterable[Object]:
        return [
            obj
            for ref, obj in sorted(self._objects.items(), key=lambda item: item[0])
            if ref[:2] == (group, plural) and namespace in ("", ref[2])
        ]

    def revision(self, group: str, plural: str) -> int:
        return self._revisions.get((group, plural), 0)


def _ref(obj: Object) -> tuple[str, str, str, str]:
    plural = _PLURALS[obj["kind"]]
    group = RBAC_GROUP if "role" in plural else ""
    return group, plural, obj["metadata"].get("namespace", ""), obj["metadata"]["name"]


def obj(kind: str, name: str, namespace: str = "", **parts: Any) -> Object:
    """An object with a uid derived from its name."""
    metadata = {"name": name, "uid": f"uid-{name}", **({"namespace": namespace} if namespace else {})}
    return {"kind": kind, "apiVersion": "v1", "metadata": metadata, **parts}


def role(name: str, namespace: str, *rules: dict[str, list[str]]) -> Object:
    """A Role, or a ClusterRole without a namespace."""
    return obj("Role" if namespace else "ClusterRole", name, namespace, rules=[*rules])


def rule(verbs: str, resources: str, group: str = "", names: str = "") -> dict[str, list[str]]:
    """A rule of space-separated words."""
    found = {"verbs": verbs.split(), "apiGroups": [group], "resources": resources.split()}
    return {**found, "resourceNames": names.split()} if names else found


def binding(name: str, namespace: str, ref: str, *subjects: str) -> Object:
    """A binding. Roles and subjects are ``Kind/name``, or ``ServiceAccount/namespace/name``."""
    kind, _, target = ref.partition("/")
    return obj(
        "RoleBinding" if namespace else "ClusterRoleBinding",
        name,
        namespace,
        roleRef={"apiGroup": RBAC_GROUP, "kind": kind, "name": target},
        subjects=[_subject(subject) for subject in subjects],
    )


def _subject(text: str) -> dict[str, str]:
    kind, *place, name = text.split("/")
    return {"kind": kind, "name": name, **({"namespace": place[0]} if place else {"apiGroup": RBAC_GROUP})}

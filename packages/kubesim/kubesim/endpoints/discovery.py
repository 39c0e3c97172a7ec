"""Discovery documents: /api, /apis, and the resources of each group version.

Those of Kubernetes 1.20: clients that ask for aggregated discovery fall back to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubesim.errors.statuses import no_such_resource
from kubesim.machinery.kinds import Kind, Kinds, version_rank

_BASE_PATHS = ("/api", "/api/v1", "/apis", "/apis/")
_OTHER_PATHS = ("/healthz", "/livez", "/metrics", "/openapi/v2", "/readyz", "/version")


def api_versions(address: str) -> dict[str, Any]:
    """GET /api."""
    return {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}],
    }


def groups(kinds: Kinds) -> dict[str, Any]:
    """GET /apis."""
    names = dict.fromkeys(kind.group for kind in kinds if kind.group)
    listed = [_group(name, kinds) for name in names]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": listed}


def group(kinds: Kinds, name: str) -> dict[str, Any] | None:
    """GET /apis/GROUP, None for an unknown group."""
    if not any(kind.group == name for kind in kinds if kind.group):
        return None
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, kinds)}


def resources(kinds: Kinds, group_name: str, version: str) -> dict[str, Any]:
    """GET /api/v1 and /apis/GROUP/VERSION. Raises 404."""
    served = [kind for kind in kinds if kind.group == group_name and version in kind.resource.versions]
    if not served:
        raise no_such_resource()
    listed = [entry for kind in sorted(served, key=lambda kind: kind.plural) for entry in _entries(kind)]
    group_version = f"{group_name}/{version}" if group_name else version
    head = {"kind": "APIResourceList", "apiVersion": "v1"} if group_name else {"kind": "APIResourceList"}
    return {**head, "groupVersion": group_version, "resources": listed}


def paths(kinds: Kinds) -> dict[str, Any]:
    """GET /; also the body for unknown paths outside the API."""
    found: set[str] = {*_BASE_PATHS, *_OTHER_PATHS}
    for kind in kinds:
        if kind.group:
            found.add(f"/apis/{kind.group}")
            found.update(f"/apis/{kind.group}/{version}" for version in kind.resource.versions)
    return {"paths": sorted(found)}


def _group(name: str, kinds: Kinds) -> dict[str, Any]:
    versions = _ordered(
        {version for kind in kinds if kind.group == name for version in kind.resource.versions}
    )
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


def _ordered(versions: Iterable[str]) -> list[str]:
    """Sort key of group versions: stable, beta, alpha, each newest first."""
    return sorted(versions, key=version_rank, reverse=True)


def _entries(kind: Kind) -> Iterable[dict[str, Any]]:
    entry: dict[str, Any] = {
        "name": kind.plural,
        "singularName": kind.singular if kind.custom else "",
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": [*kind.verbs],
    }
    if kind.short_names:
        entry["shortNames"] = [*kind.short_names]
    if kind.categories:
        entry["categories"] = [*kind.categories]
    yield entry
    for name, part in sorted(kind.subresources.items()):
        part_entry: dict[str, Any] = {
            "name": f"{kind.plural}/{name}",
            "singularName": "",
            "namespaced": kind.namespaced,
        }
        if part.kind and part.group and part.group != kind.group:
            part_entry |= {"group": part.group, "version": part.version}
        yield {**part_entry, "kind": part.kind or kind.kind, "verbs": [*part.verbs]}

"""What derives from the record of a kind is there: permissions, tables, lists and object pages."""

from __future__ import annotations

from typing import Any

import pytest

from apimachinery.resources import Resource
from yurt_console import manifests
from yurt_console.api.objects import cluster_scoped, namespaced
from yurt_console.api.routes import ROUTES
from yurt_console.diagnostics import permissions
from yurt_console.diagnostics.permissions import Permission
from yurt_console.kinds.kind_spec import KindSpec
from yurt_console.kinds.registry import KINDS, inventory
from yurt_console.settings import Settings

RBAC = manifests.rbac(manifests.SHIPPED_NAMESPACE)


def permitted(role: str) -> set[Permission]:
    """The permissions of a shipped ClusterRole."""
    [found] = [each for each in RBAC if (each["kind"], each["metadata"]["name"]) == ("ClusterRole", role)]
    return {permission for rule in found["rules"] for permission in permissions.of_rule(rule)}


def by_plural(kind: KindSpec[Any]) -> str:
    return kind.plural


def missing(resource: Resource, verbs: tuple[str, ...], role: str) -> set[str]:
    """The verbs that the role does not permit."""
    granted = permitted(role)
    return {verb for verb in verbs if Permission(verb, resource.group, resource.plural) not in granted}


@pytest.mark.parametrize("kind", KINDS, ids=by_plural)
def test_the_console_may_read_what_it_caches(kind: KindSpec[Any]) -> None:
    assert missing(kind.resource, kind.console_verbs, "yurt-console") == set()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.object_page], ids=by_plural)
def test_tenants_and_administrators_may_get_what_has_an_object_page(kind: KindSpec[Any]) -> None:
    assert missing(kind.resource, ("get",), "yurt-console-admin") == set()
    if kind.resource.namespaced:
        assert missing(kind.resource, ("get",), "yurt-console-tenant") == set()


def test_a_kind_without_permissions_is_noticed() -> None:
    secret = Resource("", "secrets", "Secret", True, ("v1",))
    assert missing(secret, ("get", "list", "watch"), "yurt-console") == {"get", "list", "watch"}


def test_every_cached_kind_has_a_table_that_is_followed() -> None:
    found = inventory(Settings())
    cached = {kind.plural: kind for kind in KINDS if kind.table}

    assert set(found.names) == cached.keys()
    resources = {each.table.plural: each for each in found.resources}
    for plural, kind in cached.items():
        assert resources[plural].resource == kind.resource
        assert resources[plural].table is found.table(plural)
        assert kind.table is not None
        assert resources[plural].decoder is kind.table.decoder


def test_every_list_and_object_page_is_served() -> None:
    paths = {route.path for route in ROUTES}
    for kind in KINDS:
        if kind.list:
            assert (kind.list.path or f"/{kind.plural}") in paths
    shown = {kind.plural for kind in KINDS if kind.object_page}
    assert {*namespaced.KINDS} | {*cluster_scoped.KINDS} == shown

"""The views that are measured, their promises, and the API server's requests for the same (pure).

The API server's requests are those of a console without a cache: it cannot count, sort or search, so a page
of fifty pods takes the list of all pods.
"""

from __future__ import annotations

import random

import msgspec

from bench.cluster import scale
from bench.cluster.objects import NODE_TENANT_LABEL, TENANT_LABEL
from bench.cluster.scale import Scale
from bench.cluster.workloads import HASH_LETTERS

ADMIN, TENANT = "admin", "tenant"
NODES, PODS = "nodes", "pods"
PAGE = 50
NODES_LISTED = 1000
"""The most rows that one page holds."""
PODS_PROMISED = 10_000
"""Ratios to the API server are promised from this number of pods on: its own time grows with them."""
CACHED, SELECTED, SELECTED_OF_MANY = 2.0, 8.0, 30.0
"""CPU and p99 in multiples of the floor's: cached views, a page of 50 of 10,000 pods, of more pods."""

_POOLS = "/apis/apps.openyurt.io/v1beta2/nodepools"
_WORKLOADS = (
    ("/api/v1", "pods"),
    ("/apis/apps/v1", "deployments"),
    ("/apis/apps/v1", "statefulsets"),
    ("/apis/apps/v1", "daemonsets"),
    ("/apis/batch/v1", "jobs"),
    ("/apis/batch/v1beta1", "cronjobs"),
)
_POD_SORTS = ("name", "createTime", "status", "restarts", "node", "namespace")
_POD_FILTERS = ("", "&status=Running", "&status=CrashLoopBackOff", "&labels=tier%3Dedge")
_POD_PAGES = 20_000

PAGES = (
    "/clusterOverview",
    "/clusterEvents",
    "/nodes",
    "/nodepools",
    "/namespaces",
    "/pods",
    "/deployments",
    "/statefulsets",
    "/daemonsets",
    "/jobs",
    "/cronjobs",
    "/services",
)
"""Views that must cost no request to Kubernetes."""


class Promises(msgspec.Struct, frozen=True, kw_only=True):
    """Upper bounds of one view as ratios; None for no promise."""

    floor: float | None = None
    """CPU a view and p99, each to the floor's, with 20 clients."""
    api_server: float | None = None
    """p99 with one client to the API server's median for the same."""
    body: float | None = None
    """Bytes before compression to the API server's for the same."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One row. ``console`` and ``api_server`` are variants, each a sequence of request targets."""

    what: str
    role: str
    console: tuple[tuple[str, ...], ...]
    api_server: tuple[tuple[str, ...], ...] = ()
    promises: Promises = Promises()
    changing: str = ""
    """Resource that changes during the measurement (`NODES`, `PODS`), so cached replies seldom hold."""


def views(size: Scale) -> tuple[View, ...]:
    """All views of a cluster of this size."""
    own_namespace = scale.namespace(0)
    whole = ("/api/v1/nodes", _POOLS, *(f"{group}/{plural}" for group, plural in _WORKLOADS))
    own = (
        f"/api/v1/nodes?labelSelector={NODE_TENANT_LABEL}%3D{own_namespace}",
        f"{_POOLS}?labelSelector={TENANT_LABEL}%3D{own_namespace}",
        *(f"{group}/namespaces/{own_namespace}/{plural}" for group, plural in _WORKLOADS),
    )
    large = size.pods >= PODS_PROMISED
    overview, nodes, first_page, selected = floor_views(size)
    nodes = _with_api_server(nodes, f"/api/v1/nodes?limit={NODES_LISTED}", 0.7, body=0.13)
    selected = _with_api_server(selected, "/api/v1/pods", 0.02 if large else None)
    return (
        msgspec.structs.replace(
            overview,
            api_server=(whole,),
            promises=Promises(floor=CACHED, api_server=0.02 if large else None),
        ),
        View(
            what=f"overview, a tenant of {scale.TENANT_PODS} pods",
            role=TENANT,
            console=(("/clusterOverview",),),
            api_server=(own,),
            promises=Promises(floor=CACHED, api_server=0.1),
        ),
        nodes,
        _with_api_server(first_page, f"/api/v1/pods?limit={PAGE}", None),
        selected,
        _while_changing(nodes, NODES),
        _while_changing(selected, PODS),
    )


def floor_views(size: Scale) -> tuple[View, View, View, View]:
    """Views that are compared with the floor: overview, node list, first page of pods, any page of pods."""
    rows = min(size.nodes, NODES_LISTED)
    cached = Promises(floor=CACHED)
    selected = SELECTED if size.pods <= PODS_PROMISED else SELECTED_OF_MANY
    return (
        _view("overview, whole cluster", cached, "/clusterOverview"),
        _view(f"{rows:,} nodes listed", cached, f"/nodes?limit={NODES_LISTED}"),
        _view("first page of pods", cached, f"/pods?limit={PAGE}"),
        _view(
            f"{size.pods:,} pods, a page of {PAGE}, any sort and filter",
            Promises(floor=selected),
            *pod_pages(size),
        ),
    )


def _view(what: str, promises: Promises, *targets: str) -> View:
    return View(what=what, role=ADMIN, console=tuple((target,) for target in targets), promises=promises)


def _with_api_server(view: View, target: str, ratio: float | None, body: float | None = None) -> View:
    """``view`` beside a request to the API server."""
    promises = msgspec.structs.replace(view.promises, api_server=ratio, body=body)
    return msgspec.structs.replace(view, api_server=((target,),), promises=promises)


def _while_changing(view: View, resource: str) -> View:
    """The same view while objects change; nothing is promised of it."""
    what = f"{view.what}, while {resource} change"
    return msgspec.structs.replace(view, what=what, changing=resource, promises=Promises())


def pod_pages(size: Scale) -> list[str]:
    """Pages of pods in a realistic mix, many more than a run requests.

    Half of them page through the list in some order, possibly of one status; the other half search for one of
    so many texts that hardly any repeats.
    """
    chance = random.Random(1)
    pages = []
    for number in range(_POD_PAGES):
        sort = chance.choice(("", "-")) + chance.choice(_POD_SORTS)
        query = f"limit={PAGE}&sort={sort}{chance.choice(_POD_FILTERS)}"
        if number % 2:
            query += "&q=" + "".join(chance.choices(HASH_LETTERS, k=chance.choice((2, 3))))
        else:
            query += f"&offset={PAGE * chance.randrange(size.pods // PAGE)}"
        pages.append(f"/pods?{query}")
    return pages

"""The pages that are measured, what is promised of them, and what the API server is asked instead (pure).

"The API server itself, asked for the same" is what a console without a copy of the cluster must ask: it
cannot count, sort or search, so a page of fifty pods takes the list of all of them.
"""

from __future__ import annotations

import random

import msgspec

from bench import scale
from bench.objects import NODE_TENANT_LABEL, TENANT_LABEL
from bench.scale import Scale
from bench.workloads import HASH_LETTERS

ADMIN, TENANT = "admin", "tenant"
NODES, PODS = "nodes", "pods"
PAGE = 50
NODES_LISTED = 1000
"""The promise is about a thousand nodes, which is also the most one page gives."""
PODS_PROMISED = 10_000
"""Pages of pods are promised a time up to this many."""

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
"""Every page the console has; none may cost a request to Kubernetes."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table. ``console`` and ``api_server`` are variants, each a list of addresses."""

    what: str
    who: str
    console: tuple[tuple[str, ...], ...]
    api_server: tuple[tuple[str, ...], ...]
    promises: dict[int, float]
    """Milliseconds at the 99th percentile, by clients at once."""
    size: int = 0
    """Bytes of the body before compression that are promised, 0 for no promise."""
    live: str = ""
    """What changes meanwhile (`NODES`, `PODS`), so that what the console remembers is seldom right."""


def views(size: Scale) -> tuple[View, ...]:
    """All rows for a cluster of this size."""
    mine = scale.namespace(0)
    whole = ("/api/v1/nodes", _POOLS, *(f"{group}/{plural}" for group, plural in _WORKLOADS))
    own = (
        f"/api/v1/nodes?labelSelector={NODE_TENANT_LABEL}%3D{mine}",
        f"{_POOLS}?labelSelector={TENANT_LABEL}%3D{mine}",
        *(f"{group}/namespaces/{mine}/{plural}" for group, plural in _WORKLOADS),
    )
    shown = min(size.nodes, NODES_LISTED)
    nodes = View(
        what=f"{shown:,} nodes listed",
        who=ADMIN,
        console=((f"/nodes?limit={NODES_LISTED}",),),
        api_server=((f"/api/v1/nodes?limit={NODES_LISTED}",),),
        promises={1: 30.0},
        size=700_000,
    )
    pods = View(
        what=f"{size.pods:,} pods, a page of {PAGE}, any sort and filter",
        who=ADMIN,
        console=tuple((path,) for path in pod_pages(size)),
        api_server=(("/api/v1/pods",),),
        promises={1: 5.0, 20: 30.0} if size.pods <= PODS_PROMISED else {},
    )
    return (
        View(
            what="overview, whole cluster",
            who=ADMIN,
            console=(("/clusterOverview",),),
            api_server=(whole,),
            promises={1: 5.0, 20: 5.0},
        ),
        View(
            what=f"overview, a tenant of {scale.TENANT_PODS} pods",
            who=TENANT,
            console=(("/clusterOverview",),),
            api_server=(own,),
            promises={1: 3.0},
        ),
        nodes,
        pods,
        _changing(nodes, NODES),
        _changing(pods, PODS),
    )


def _changing(view: View, kind: str) -> View:
    """The same page while objects change all the time; nothing is promised of it."""
    return msgspec.structs.replace(
        view, what=f"{view.what}, while {kind} change", live=kind, promises={}, size=0
    )


def pod_pages(size: Scale) -> list[str]:
    """Pages of pods as people ask for them, many more than a run gets through.

    Half of them leaf through the list in some order, perhaps of one status; the other half search for a
    text, of which there are so many that hardly any was searched for before.
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

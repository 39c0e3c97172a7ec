"""Random creations, changes and deletions of rows of the kinds on the overview."""

from __future__ import annotations

from hypothesis import strategies as st

from tests import rows
from yurt_console.rows import Row
from yurt_console.yurt.well_known_labels import TENANT_LABEL, TENANT_NODE_LABEL

SCOPES = ("user-a", "user-a", "user-b", "")
_scope = st.sampled_from(SCOPES)
_number = st.integers(0, 1)
FAILED = (rows.condition("Failed"),)


def labelled(label: str, scope: str, pool: str = "") -> dict[str, str]:
    """Labels of the tenant of a node or pool, and of the pool of a node."""
    return {**({label: scope} if scope else {}), **({"apps.openyurt.io/nodepool": pool} if pool else {})}


@st.composite
def steps(draw: st.DrawFn) -> tuple[str, Row | None, tuple[str, str]]:
    """A plural, the new row (None: delete), and its key."""
    kind = draw(
        st.sampled_from(["nodes", "nodepools", "pods", "deployments", "jobs", "cronjobs", "usage", "usage"])
    )
    number, scope = draw(_number), draw(_scope)
    namespace = scope or "kube-system"
    row: Row
    if kind == "nodes":
        labels = labelled(TENANT_NODE_LABEL, scope, draw(st.sampled_from(["", "p0", "p1", "p1"])))
        labels["openyurt.io/is-edge-worker"] = "true"
        autonomy = {"node.openyurt.io/autonomy-duration": draw(st.sampled_from(["30m", "2h", "0"]))}
        row = rows.node(
            f"n{number}",
            labels=labels,
            annotations=draw(st.sampled_from([{}, autonomy])),
            ready=draw(st.sampled_from(["True", "False", "Unknown"])),
            allocatable_cpu=draw(st.sampled_from([1000, 4000])),
        )
    elif kind == "nodepools":
        row = rows.node_pool(f"p{number}", labels=labelled(TENANT_LABEL, scope))
    elif kind == "pods":
        phase = draw(st.sampled_from(["Running", "Succeeded", "Pending", "Failed"]))
        node = draw(st.sampled_from(["", "n0", "n1"]))
        row = rows.pod(f"p{number}", namespace, phase=phase, ready=draw(st.booleans()), node=node)
    elif kind == "deployments":
        row = rows.workload(f"d{number}", namespace, ready=draw(st.integers(0, 1)))
    elif kind == "jobs":
        owner = draw(st.sampled_from([("", ""), ("CronJob", "c0"), ("CronJob", "c1")]))
        conditions = draw(st.sampled_from([(), FAILED]))
        created = f"2024-03-01T08:00:0{draw(_number)}Z"
        row = rows.job(
            f"j{number}",
            namespace,
            owner_kind=owner[0],
            owner_name=owner[1],
            conditions=conditions,
            created=created,
        )
    elif kind == "usage":
        row = rows.usage(f"n{number}", cpu=draw(st.integers(1, 3)))
    else:
        row = rows.cron_job(f"c{number}", namespace, suspended=draw(st.booleans()))
    return kind, draw(st.one_of(st.just(row), st.none())), row.key

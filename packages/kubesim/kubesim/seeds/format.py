"""The format of a seed file: node pools, machines and the timeline of a sample cluster.

Ages are how long ago something happened; tenants are numbers, see `tenants`.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from kubesim.seeds.apps import App

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

Age = Annotated[str, msgspec.Meta(pattern="^[0-9]+[smhd]$")]


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Pool(_Line, frozen=True, kw_only=True):
    """A node pool; with a tenant it has the tenant's name and labels."""

    name: str
    age: Age
    type: Literal["Edge", "Cloud"] = "Edge"
    tenant: int | None = None
    labels: dict[str, str] = {}


class Node(_Line, frozen=True, kw_only=True):
    """A machine. ``autonomy`` is a Go duration, or "unlimited"."""

    name: str
    age: Age
    role: Literal["control-plane", "cloud", "edge"] = "edge"
    pool: str = ""
    tenant: int | None = None
    arch: Literal["amd64", "arm64"] = "amd64"
    cpu: int = 4
    memory: int = 8
    """In GiB."""
    storage: int = 100
    """In GiB."""
    ip: str
    autonomy: str = ""
    kernel: str = "5.15.0-105-generic"


class SetImage(_Line, frozen=True, kw_only=True):
    """A rollout: the Deployment gets another image."""

    deployment: str
    image: str


class Step(_Line, frozen=True, kw_only=True):
    """A step of the timeline: objects are created, a Deployment is changed, or a node goes offline."""

    age: Age
    tenant: int | None = None
    namespace: str = ""
    deployment: App | None = None
    statefulset: App | None = None
    daemonset: App | None = None
    job: App | None = None
    cronjob: App | None = None
    service: App | None = None
    set_image: SetImage | None = None
    lose: str = ""
    """The node that goes offline."""


class Sites(_Line, frozen=True, kw_only=True):
    """Many equal sites, each with a node pool, machines and a namespace of applications that run there."""

    count: int
    machines: int
    deployments: list[App]
    daemonsets: list[App]
    lost_every: int
    """One machine in so many is offline."""


class Seed(_Line, frozen=True, kw_only=True):
    """A sample cluster, as old as ``age``."""

    age: Age
    pools: list[Pool]
    nodes: list[Node]
    sites: Sites | None = None
    timeline: list[Step]


def seconds(age: str) -> float:
    """An age in seconds. Raises ValueError for any other text."""
    match = re.fullmatch("([0-9]+)([smhd])", age)
    if match is None:
        raise ValueError(f"not an age: {age!r}")
    return float(int(match[1]) * _UNITS[match[2]])

"""The sample worlds as data, and what reads them.

A world is a story: when which pool, machine and application came, and which machine fell silent. Ages
are how long ago; tenants are numbers in the list of sample tenants.
"""

from __future__ import annotations

import re
from importlib import resources
from typing import Annotated, Any, Literal

import msgspec
import yaml

from kubesim.seeds.apps import App
from kubesim.storage.log import Object

NAMES = ("small", "edge-500", "empty")
RELEASES = ("v1.7", "v1.6", "v1.3")
"""Of OpenYurt, whose definitions there are; newest first."""
_SERVED: dict[str, dict[str, tuple[str, ...]]] = {
    "v1.7": {},
    "v1.6": {"nodepools": ("v1beta1", "v1alpha1")},
    "v1.3": {"nodepools": ("v1alpha1", "v1beta1"), "yurtappsets": ("v1alpha1",)},
}
"""The versions that a release has of a kind, the stored one first, where not those of the newest."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

Age = Annotated[str, msgspec.Meta(pattern="^[0-9]+[smhd]$")]


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Pool(_Line, frozen=True, kw_only=True):
    """A node pool; a tenant's bears the tenant's name, as the operator names it."""

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
    storage: int = 100
    ip: str
    autonomy: str = ""
    kernel: str = "5.15.0-105-generic"


class SetImage(_Line, frozen=True, kw_only=True):
    """A rollout that took place."""

    deployment: str
    image: str


class Event(_Line, frozen=True, kw_only=True):
    """Something that happened: an application came, was changed, or a machine fell silent."""

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


class Sites(_Line, frozen=True, kw_only=True):
    """Many sites alike, each with a pool, machines and a namespace whose applications run there."""

    count: int
    machines: int
    deployments: list[App]
    daemonsets: list[App]
    lost_every: int
    """Every so many machines, one is silent."""


class Story(_Line, frozen=True, kw_only=True):
    """A world."""

    age: Age
    pools: list[Pool]
    nodes: list[Node]
    sites: Sites | None = None
    story: list[Event]


def read(name: str) -> Story:
    """A world by its name. Raises ValueError for one that is not there."""
    if name not in NAMES:
        raise ValueError(f"there is no seed {name!r}; there are {', '.join(NAMES)}")
    return msgspec.convert(_documents(f"{name}.yaml")[0], Story)


def openyurt_definitions(release: str = RELEASES[0]) -> list[Object]:
    """OpenYurt's CustomResourceDefinitions, with the versions that a release serves and stores."""
    # through JSON, because YAML's anchors share what they name
    newest = [msgspec.json.decode(msgspec.json.encode(one)) for one in _documents("openyurt-crds.yaml")]
    return [_as_released(definition, release) for definition in newest]


def _as_released(definition: Object, release: str) -> Object:
    spec = definition["spec"]
    versions = spec["versions"]
    if served := _SERVED[release].get(spec["names"]["plural"]):
        versions = [{**one, "storage": one["name"] == served[0]} for one in versions if one["name"] in served]
    # oldest first, as in the released files
    return {**definition, "spec": {**spec, "versions": sorted(versions, key=lambda one: str(one["name"]))}}


def seconds(age: str) -> float:
    """An age as seconds."""
    match = re.fullmatch("([0-9]+)([smhd])", age)
    if match is None:
        raise ValueError(f"no age: {age!r}")
    return float(int(match[1]) * _UNITS[match[2]])


def _documents(file: str) -> list[Any]:
    text = resources.files(__package__).joinpath(file).read_text(encoding="utf-8")
    return [document for document in yaml.safe_load_all(text) if document is not None]

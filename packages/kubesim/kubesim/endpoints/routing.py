"""Resource paths: the kind, namespace, name and subresource of a URL path.

/api/v1/...  and  /apis/GROUP/VERSION/...
    [watch/] [namespaces/NAMESPACE/] PLURAL [/NAME [/SUBRESOURCE]]
"""

from __future__ import annotations

from dataclasses import dataclass

from kubesim.errors.statuses import no_such_resource
from kubesim.machinery.kinds import Kind, Kinds, Subresource


@dataclass(frozen=True, slots=True)
class Place:
    """A resource path; without a name it is the collection."""

    kind: Kind
    version: str
    namespace: str
    name: str
    subresource: str
    all_namespaces: bool
    watch: bool = False

    @property
    def part(self) -> Subresource | None:
        """The description of the subresource."""
        return self.kind.subresources.get(self.subresource)


def segments(path: str) -> list[str]:
    """The segments of a path; one trailing slash is ignored."""
    parts = path.removeprefix("/").split("/")
    return parts[:-1] if len(parts) > 1 and not parts[-1] else parts


def locate(kinds: Kinds, parts: list[str]) -> Place:
    """The resource path below a group version. Raises 404."""
    if parts[0] == "api":
        group, version, rest = "", parts[1], parts[2:]
    else:
        group, version, rest = parts[1], parts[2], parts[3:]
    watch = bool(rest) and rest[0] == "watch"
    if watch:
        rest = rest[1:]
    if not rest or "" in rest:
        raise no_such_resource()
    namespace = ""
    scoped = False
    if rest[0] == "namespaces" and len(rest) > 2 and not (not group and rest[2] in ("status", "finalize")):
        namespace, rest, scoped = rest[1], rest[2:], True
    plural, name, subresource = (*rest, "", "")[:3]
    kind = kinds.find(group, plural)
    if kind is None or version not in kind.resource.versions or len(rest) > 3:
        raise no_such_resource()
    if scoped is not kind.namespaced and (scoped or name):
        raise no_such_resource()
    if subresource and (subresource not in kind.subresources or watch):
        raise no_such_resource()
    return Place(kind, version, namespace, name, subresource, kind.namespaced and not scoped, watch)


def requested_verb(place: Place, method: str, *, is_watch: bool) -> str:
    """The request's verb for authorization; "" for an unsupported method."""
    match method:
        case "GET" | "HEAD":
            if place.name and not place.watch:
                return "get"
            return "watch" if is_watch else "list"
        case "POST":
            return "create"
        case "PUT":
            return "update"
        case "PATCH":
            return "patch"
        case "DELETE":
            return "delete" if place.name else "deletecollection"
        case _:
            return ""


def is_allowed(place: Place, verb: str, method: str) -> bool:
    """Whether the path supports the method."""
    if method == "HEAD" or not verb:
        return False
    if place.watch:
        return method == "GET"
    if place.subresource:
        part = place.part
        return part is not None and verb in part.verbs
    if place.all_namespaces and verb not in ("list", "watch"):
        return False
    if verb == "create" and place.name:
        return False
    if verb in ("update", "patch", "delete") and not place.name:
        return False
    return verb in place.kind.verbs

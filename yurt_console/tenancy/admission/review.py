"""AdmissionReview of ``admission.k8s.io/v1``: request and response, strictly decoded.

Source: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
"""

from __future__ import annotations

import base64
from typing import Any, Literal, TypeAlias

import msgspec

Object: TypeAlias = dict[str, Any]

API_VERSION = "admission.k8s.io/v1"
_NODE_USER = "system:node:"
_FORBIDDEN = 403


class UserInfo(msgspec.Struct, frozen=True):
    """The user of the request."""

    username: str = ""
    groups: tuple[str, ...] = ()


class Kind(msgspec.Struct, frozen=True):
    """``kind`` of the object; for a subresource it may differ from the resource's kind."""

    group: str
    version: str
    kind: str


class GroupResource(msgspec.Struct, frozen=True):
    """``resource`` of the request."""

    group: str
    version: str
    resource: str


class Request(msgspec.Struct, frozen=True, rename="camel"):
    """An admission request."""

    uid: str
    kind: Kind
    resource: GroupResource
    operation: Literal["CREATE", "UPDATE", "DELETE", "CONNECT"]
    user_info: UserInfo
    sub_resource: str = ""
    name: str = ""
    namespace: str = ""
    object: Object | None = None
    old_object: Object | None = None

    @property
    def node(self) -> str:
        """The node of the kubelet that makes the request; "" for other users."""
        user = self.user_info.username
        return user.removeprefix(_NODE_USER) if user.startswith(_NODE_USER) else ""

    def __repr__(self) -> str:
        # objects may hold credentials
        return f"Request({self.operation} {self.resource.resource} {self.namespace}/{self.name})"


class Review(msgspec.Struct, frozen=True, rename="camel"):
    """The AdmissionReview."""

    api_version: Literal["admission.k8s.io/v1"]
    kind: Literal["AdmissionReview"]
    request: Request


class Verdict(msgspec.Struct, frozen=True):
    """The response: allowed, allowed with ``patch``, or denied for ``refusals``."""

    refusals: tuple[str, ...] = ()
    patch: tuple[Object, ...] = ()
    """JSON patch operations (RFC 6902)."""

    @property
    def message(self) -> str:
        """All refusals as one sentence."""
        return "; ".join(self.refusals)


ALLOWED = Verdict()


def refused(*reasons: str) -> Verdict:
    """A denying verdict."""
    return Verdict(refusals=reasons)


def read(body: bytes) -> Request:
    """Decode a request body. Raises `msgspec.MsgspecError`."""
    return _decoder.decode(body).request


def answer(uid: str, verdict: Verdict) -> bytes:
    """Encode the response body."""
    response: Object = {"uid": uid, "allowed": not verdict.refusals}
    if verdict.refusals:
        response["status"] = {"code": _FORBIDDEN, "reason": "Forbidden", "message": verdict.message}
    elif verdict.patch:
        response["patchType"] = "JSONPatch"
        response["patch"] = base64.b64encode(msgspec.json.encode(verdict.patch)).decode()
    return msgspec.json.encode({"apiVersion": API_VERSION, "kind": "AdmissionReview", "response": response})


_decoder = msgspec.json.Decoder(Review)

"""AdmissionReview v1: requests to webhooks, and the meaning of their responses. Pure.

Source: k8s.io/apiserver, pkg/admission/plugin/webhook/request and .../errors, as API server v1.20 answers.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any

import msgspec

from apimachinery.errors import Status, StatusError, from_status
from kubesim.admission.hooks import Hook, Target
from kubesim.errors.statuses import bad_request
from kubesim.machinery.options import DeleteOptions, WriteOptions
from kubesim.machinery.users import user_object
from kubesim.storage.log import Object

_V1 = "admission.k8s.io/v1"
_KIND = "AdmissionReview"
_GO_STRUCT = (
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The response of a webhook; ``failure`` says why there is no valid one."""

    failure: str = ""
    allowed: bool = False
    status: Status = field(default_factory=Status)
    patch: bytes = b""
    warnings: tuple[str, ...] = ()


def request(  # noqa: PLR0917
    uid: str, operation: str, target: Target, own: Target, place: tuple[str, str],
    obj: Object | None, old: Object | None, options: WriteOptions | DeleteOptions,
) -> Object:  # fmt: skip
    """AdmissionRequest; ``own`` is the target of the write itself, ``place`` its namespace and name."""
    parts = {"subResource": target.subresource} if target.subresource else {}
    own_parts = {"requestSubResource": own.subresource} if own.subresource else {}
    namespace, name = place
    return {
        "uid": uid,
        "kind": _kind(target),
        "resource": _resource(target),
        **parts,
        "requestKind": _kind(own),
        "requestResource": _resource(own),
        **own_parts,
        **({"name": name} if name else {}),
        **({"namespace": namespace} if namespace else {}),
        "operation": operation,
        "userInfo": user_object(options.user),
        "object": in_version(obj, target),
        "oldObject": in_version(old, target),
        "dryRun": options.dry_run,
        "options": _options(operation, options),
    }


def whole(request_: Object) -> Object:
    """The AdmissionReview of a request."""
    return {"kind": _KIND, "apiVersion": _V1, "request": request_}


def in_version(obj: Object | None, target: Target) -> Object | None:
    """The object in another API version: versions of a kind differ by name only here."""
    if obj is None:
        return None
    group, version, kind = target.kind
    return {**obj, "kind": kind, "apiVersion": f"{group}/{version}" if group else version}


def verdict(uid: str, body: bytes, *, mutating: bool) -> Verdict:
    """The verdict in a response body."""
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        answer = "nothing that can be read"
    if not isinstance(answer, dict):
        problem = f"json: cannot unmarshal string into Go value of type {_GO_STRUCT}"
        return Verdict(f"couldn't get version/kind; json parse error: {problem}")
    version, kind = answer.get("apiVersion", _V1), answer.get("kind", _KIND)
    response = answer.get("response")
    if (version, kind) != (_V1, _KIND) and version != "admission.k8s.io/v1beta1":
        sent, wanted = _go(version, kind), _go(_V1, _KIND)
        return Verdict(f"expected webhook response of {wanted}, got {sent}")
    if version != _V1:
        return Verdict("converting (v1beta1.AdmissionReview) to (v1.AdmissionReview): unknown conversion")
    if not isinstance(response, dict):
        return Verdict("webhook response was absent")
    if response.get("uid", "") != uid:
        return Verdict(f'expected response.uid="{uid}", got {json.dumps(response.get("uid", ""))}')
    return _read(response, mutating=mutating)


def _read(response: Object, *, mutating: bool) -> Verdict:
    patch, patch_type = b"", response.get("patchType")
    if response.get("patch") and mutating:
        if patch_type is None:
            return Verdict("webhook returned response.patch but not response.patchType")
        if patch_type != "JSONPatch":
            return Verdict(f"webhook returned invalid response.patchType of {json.dumps(patch_type)}")
        try:
            patch = base64.b64decode(response["patch"], validate=True)
        except (binascii.Error, ValueError, TypeError):
            return Verdict("couldn't decode response.patch")
    elif patch_type is not None and mutating:
        return Verdict("webhook returned response.patchType but not response.patch")
    try:
        status = msgspec.convert({"code": 0, **(response.get("status") or {})}, Status)
        warnings = msgspec.convert(response.get("warnings") or (), tuple[str, ...])
        allowed = msgspec.convert(response.get("allowed", False), bool)
    except (msgspec.ValidationError, TypeError) as error:
        return Verdict(f"couldn't decode the response: {error}")
    return Verdict("", allowed, status, patch, warnings)


def refused(name: str, status: Status) -> StatusError:
    """The error of a write that the webhook ``name`` denied."""
    denied = f'admission webhook "{name}" denied the request'
    why = status.message or status.reason
    message = f"{denied}: {why}" if why else f"{denied} without explanation"
    code = status.code if status.code >= 400 else 400
    return from_status(msgspec.structs.replace(status, message=message, code=code, status="Failure"))


def no_dry_run(hook: Hook) -> StatusError:
    """400 for a dry run that matches a webhook with side effects."""
    return bad_request(f'admission webhook "{hook.name}" does not support dry run')


def _kind(target: Target) -> Object:
    group, version, kind = target.kind
    return {"group": group, "version": version, "kind": kind}


def _resource(target: Target) -> Object:
    return {"group": target.group, "version": target.version, "resource": target.resource}


def _options(operation: str, options: WriteOptions | DeleteOptions) -> Object:
    fields: Object = {"kind": f"{operation.title()}Options", "apiVersion": "meta.k8s.io/v1"}
    if isinstance(options, WriteOptions):
        if options.named_manager:
            fields["fieldManager"] = options.manager
    else:
        if options.grace_period_seconds is not None:
            fields["gracePeriodSeconds"] = options.grace_period_seconds
        before = {"uid": options.uid, "resourceVersion": options.resource_version}
        if any(before.values()):
            fields["preconditions"] = {key: value for key, value in before.items() if value}
        if options.propagation:
            fields["propagationPolicy"] = options.propagation
    if options.dry_run:
        fields["dryRun"] = ["All"]
    return fields


def _go(api_version: Any, kind: Any) -> str:
    return f"{api_version}, Kind={kind}"

"""Query parameters, and the ListOptions, CreateOptions and DeleteOptions in them."""

from __future__ import annotations

from typing import Any

from apimachinery.errors import StatusCause
from kubesim.endpoints.requests import JSON, PROTOBUF, YAML, Request, read_value
from kubesim.errors.field_errors import forbidden_field, invalid_value, not_supported, required
from kubesim.errors.statuses import bad_request, invalid, server_error, unsupported_media_type
from kubesim.machinery.options import DeleteOptions, ListOptions, WriteOptions
from kubesim.machinery.users import UserInfo
from kubesim.patch.json_patch import APPLY_PATCH
from kubesim.patch.managed_fields import manager_name

_META = "meta.k8s.io"
_POLICIES = ("Foreground", "Background", "Orphan")


def whole_number(query: dict[str, str], name: str) -> int:
    """A parameter as Go's ParseInt reads it, 0 by default. Raises 400."""
    text = query.get(name, "")
    if not text:
        return 0
    digits = text[1:] if text[0] in "+-" else text
    if not (digits.isascii() and digits.isdecimal()):
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    if not -(2**63) <= int(text) < 2**63:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": value out of range')
    return int(text)


def is_true(query: dict[str, str], name: str) -> bool:
    """Whether a boolean parameter is present and not false."""
    return name in query and query[name].lower() not in ("false", "0")


def list_options(query: dict[str, str]) -> ListOptions:
    """meta/v1 ListOptions."""
    return ListOptions(
        limit=whole_number(query, "limit"),
        continue_token=query.get("continue", ""),
        label_selector=query.get("labelSelector", ""),
        field_selector=query.get("fieldSelector", ""),
        resource_version=query.get("resourceVersion", ""),
        resource_version_match=query.get("resourceVersionMatch", ""),
    )


def write_options(request: Request, user: UserInfo, version: str, options_kind: str) -> WriteOptions:
    """CreateOptions, UpdateOptions or PatchOptions. Raises `StatusError`."""
    query = request.query
    causes = _dry_run_causes(request)
    is_apply = options_kind == "PatchOptions" and request.content_type == APPLY_PATCH
    manager = query.get("fieldManager", "")
    if is_apply and not manager:
        causes.append(required("fieldManager", "is required for apply patch"))
    if options_kind == "PatchOptions" and not is_apply and "force" in query:
        causes.append(forbidden_field("force", "may not be specified for non-apply patch"))
    if len(manager) > 128:
        causes.append(
            StatusCause("FieldValueTooLong", "Too long: must have at most 128 bytes", "fieldManager")
        )
    if causes:
        raise invalid(_META, options_kind, "", causes)
    return WriteOptions(
        user=user,
        version=version,
        dry_run="dryRun" in query,
        manager=manager_name(manager, request.header("user-agent")) or "unknown",
        force=is_true(query, "force"),
        named_manager=bool(manager),
    )


def delete_options(request: Request, user: UserInfo) -> DeleteOptions:
    """DeleteOptions of the body, or of the query without a body. Raises `StatusError`."""
    query = request.query
    sent: dict[str, Any] = {}
    if request.body:
        media_type = request.content_type or JSON
        if media_type not in (JSON, YAML, PROTOBUF):
            raise unsupported_media_type((JSON, YAML, PROTOBUF))
        sent = read_value(request.body, media_type, "DeleteOptions")
        kind, version = sent.get("kind", "DeleteOptions"), sent.get("apiVersion", f"{_META}/v1")
        if kind != "DeleteOptions":
            raise server_error(
                f'no kind "{kind}" is registered for version "{version}" in scheme'
                ' "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27"'
            )
    else:
        if "gracePeriodSeconds" in query:
            sent["gracePeriodSeconds"] = whole_number(query, "gracePeriodSeconds")
        if "propagationPolicy" in query:
            sent["propagationPolicy"] = query["propagationPolicy"]
        if "orphanDependents" in query:
            sent["orphanDependents"] = is_true(query, "orphanDependents")
        if "dryRun" in query:
            sent["dryRun"] = [query["dryRun"]]
    return _checked_delete_options(sent, user)


def _checked_delete_options(sent: dict[str, Any], user: UserInfo) -> DeleteOptions:
    policy, orphan = sent.get("propagationPolicy"), sent.get("orphanDependents")
    grace, dry_run = sent.get("gracePeriodSeconds"), sent.get("dryRun") or []
    before = sent.get("preconditions") or {}
    if not isinstance(before, dict) or not isinstance(grace, int | None) or not isinstance(dry_run, list):
        raise bad_request("DeleteOptions: a field is of the wrong type")
    causes = []
    if policy is not None and orphan is not None:
        text = "orphanDependents and deletionPropagation cannot be both set"
        causes.append(invalid_value("propagationPolicy", policy, text))
    if policy is not None and policy not in _POLICIES:
        causes.append(not_supported("propagationPolicy", policy, (*_POLICIES, "nil")))
    causes += [_unsupported_dry_run(str(value)) for value in dry_run if value != "All"]
    if causes:
        raise invalid(_META, "DeleteOptions", "", causes)
    if orphan is not None:
        policy = "Orphan" if orphan else "Background"
    return DeleteOptions(
        user=user,
        grace_period_seconds=grace,
        propagation=policy or "",
        uid=str(before.get("uid") or ""),
        resource_version=str(before.get("resourceVersion") or ""),
        dry_run=bool(dry_run),
    )


def _dry_run_causes(request: Request) -> list[StatusCause]:
    value = request.query.get("dryRun")
    return [] if value in (None, "All") else [_unsupported_dry_run(value)]


def _unsupported_dry_run(value: str) -> StatusCause:
    text = f'Unsupported value: []string{{"{value}"}}: supported values: "All"'
    return StatusCause("FieldValueNotSupported", text, "dryRun")

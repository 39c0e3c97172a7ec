"""Lists: pages of one snapshot, continue tokens and resourceVersionMatch.

Source: k8s.io/apiserver, pkg/storage/etcd3/store.go, and the rules of resourceVersionMatch at
https://kubernetes.io/docs/reference/using-api/api-concepts/, as API server v1.20 implements them.
"""

from __future__ import annotations

import base64
from typing import NamedTuple

import msgspec

from apimachinery.errors import StatusError
from kubesim.errors.field_errors import forbidden_field, not_supported
from kubesim.errors.statuses import (
    bad_request,
    invalid,
    resource_expired,
    server_error,
    too_large_resource_version,
)
from kubesim.machinery.kinds import Kind
from kubesim.machinery.options import ListOptions
from kubesim.machinery.selection import Selection
from kubesim.storage.log import Compacted, Log, Record

_TOKEN_VERSION = "meta.k8s.io/v1"  # noqa: S105 - a format's name
_CONTINUE_EXPIRED = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new"
    " list without the continue parameter, or use the continue token in this response to retrieve the"
    " remainder of the results. Continuing with the provided token results in an inconsistent list -"
    " objects that were created, modified, or deleted between the time the first chunk was returned and"
    " now may show up in the list."
)


class Page(NamedTuple):
    """A page of a list; ``remaining`` is None when it is unknown, as with selectors."""

    records: list[Record]
    revision: int
    continue_token: str = ""
    remaining: int | None = None


class _Token(msgspec.Struct):
    v: str = ""
    rv: int = 0
    start: str = ""


def page(log: Log, kind: Kind, namespace: str, options: ListOptions) -> Page:
    """One page. Raises `StatusError`."""
    _check(options)
    selection = Selection.parse(kind, options.label_selector, options.field_selector)
    start, revision, is_consistent = _start_and_revision(log, kind, namespace, options)
    group, plural = kind.table
    if revision > log.revision:
        raise server_error("etcdserver: mvcc: required revision is a future revision")
    if is_consistent and revision < log.revision:
        try:
            records = log.list_at(revision, group, plural, namespace)
        except Compacted:
            raise _expired(options, start) from None
    else:
        revision = log.revision
        records = log.list(group, plural, namespace)
    if start:
        records = [record for record in records if _key(record, namespace) >= start]
    matches = selection.predicate()
    # lists from the watch cache (resourceVersion=0) are not paged
    limit = 0 if options.resource_version == "0" and not options.continue_token else max(options.limit, 0)
    found: list[Record] = []
    for position, record in enumerate(records):
        if matches is not None and not matches(record.object):
            continue
        if limit and len(found) == limit:
            token = _encoded(revision, _key(found[-1], namespace) + "\0")
            return Page(found, revision, token, None if matches else len(records) - position)
        found.append(record)
    return Page(found, revision)


def parse_version(text: str) -> int:
    """A resourceVersion as a number, 0 for "". Raises the API server's 500 for anything else."""
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal()) or int(text) >= 2**64:
        problem = "value out of range" if text.isascii() and text.isdecimal() else "invalid syntax"
        quoted = msgspec.json.encode(text).decode()
        raise server_error(
            f"resourceVersion: Invalid value: {quoted}: strconv.ParseUint: parsing {quoted}: {problem}"
        )
    return int(text)


def _start_and_revision(log: Log, kind: Kind, namespace: str, options: ListOptions) -> tuple[str, int, bool]:
    """The start key, the revision, and whether exactly that revision is required."""
    if options.continue_token:
        if options.resource_version not in ("", "0"):
            raise bad_request("specifying resource version is not allowed when using continue")
        token = _decoded(options.continue_token)
        return (token.start, token.rv, True) if token.rv >= 0 else (token.start, log.revision, False)
    requested = parse_version(options.resource_version)
    if requested > log.revision:
        raise too_large_resource_version(requested, log.revision)
    # without resourceVersionMatch, a limit implies Exact
    exact = options.resource_version_match == "Exact" or (
        options.limit > 0 and requested > 0 and not options.resource_version_match
    )
    return "", requested if exact else log.revision, exact


def _check(options: ListOptions) -> None:
    match, version = options.resource_version_match, options.resource_version
    field = "resourceVersionMatch"
    causes = []
    if match:
        if not version:
            causes.append(forbidden_field(field, f"{field} is forbidden unless resourceVersion is provided"))
        if options.continue_token:
            causes.append(forbidden_field(field, f"{field} is forbidden when continue is provided"))
        if match not in ("Exact", "NotOlderThan"):
            causes.append(not_supported(field, match, ("Exact", "NotOlderThan", "")))
        if match == "Exact" and version == "0":
            causes.append(forbidden_field(field, f'{field} "exact" is forbidden for resourceVersion "0"'))
    if causes:
        raise invalid("meta.k8s.io", "ListOptions", "", causes)


def _key(record: Record, namespace: str) -> str:
    return record.ref.name if namespace else record.ref.key


def _expired(options: ListOptions, start: str) -> StatusError:
    if options.continue_token:
        return resource_expired(_CONTINUE_EXPIRED, _encoded(-1, start))
    return resource_expired("The resourceVersion for the provided list is too old.")


def _encoded(revision: int, start: str) -> str:
    token = msgspec.json.encode(_Token(_TOKEN_VERSION, revision, start))
    return base64.urlsafe_b64encode(token).decode().rstrip("=")


def _decoded(text: str) -> _Token:
    token = _Token()
    if problem := _encoding_problem(text):
        raise bad_request(f"invalid continue token: continue key is not valid: {problem}")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    try:
        token = msgspec.json.decode(raw, type=_Token)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        first = raw[:1].decode(errors="replace")
        problem = f"invalid character '{first}' looking for beginning of value"
    else:
        if token.v != _TOKEN_VERSION:
            problem = f'server does not recognize this encoded version "{token.v}"'
        elif not token.rv:
            problem = f"incorrect encoded start resourceVersion (version {_TOKEN_VERSION})"
        elif not token.start:
            problem = f"encoded start key empty (version {_TOKEN_VERSION})"
        elif ".." in token.start.split("/") or token.start.startswith("/"):
            problem = token.start
    if problem:
        raise bad_request(f"invalid continue token: continue key is not valid: {problem}")
    return token


def _encoding_problem(text: str) -> str:
    """The Go error of a token that is not unpadded URL-safe base64, "" for none."""
    for position, character in enumerate(text):
        if not (character.isascii() and (character.isalnum() or character in "-_")):
            return f"illegal base64 data at input byte {position}"
    return f"illegal base64 data at input byte {len(text) - 1}" if len(text) % 4 == 1 else ""

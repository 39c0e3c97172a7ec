"""Builds request paths, queries and impersonation headers from untrusted input (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

from apimachinery.errors import BadRequestError

_NO_SEGMENT = re.compile(r"\.{1,2}|.*[/%\x00-\x1f\x7f].*", re.DOTALL)
_NO_HEADER = re.compile(r"[\x00-\x1f\x7f]")


Params: TypeAlias = Mapping[str, str] | Sequence[tuple[str, str]]
"""Query parameters; pairs where one has several values, such as the words of a command."""


def target(path: str, params: Params | None = None) -> str:
    """Path and query; parameters of a mapping that are empty are left out."""
    if isinstance(params, Mapping):
        params = [(key, value) for key, value in params.items() if value]
    given = params or ()
    return f"{path}?{urlencode(given)}" if given else path


def segment(text: str) -> str:
    """A namespace or name that is one part of a path, by the API server's own rule for path segments.

    Raises `BadRequest` for others: ``..`` would be another object's address.
    """
    if _NO_SEGMENT.fullmatch(text):
        raise BadRequestError.of("a name may not be '.' or '..', nor contain '/', '%' or control characters")
    return text


def required(name: str) -> str:
    """The name, not empty: without one, the path would be that of the whole collection."""
    if not name:
        raise BadRequestError.of("a name is required", field="metadata.name")
    return name


def metadata(obj: Mapping[str, Any], key: str) -> str:
    """``metadata.<key>`` of an object, "" when it is not there."""
    value = (obj.get("metadata") or {}).get(key)
    return value if isinstance(value, str) else ""


def impersonation(
    user: str, groups: Sequence[str], extra: Mapping[str, Sequence[str]]
) -> list[tuple[str, str]]:
    """Impersonation headers for ``user``, one header per value because a comma is part of a value.

    Raises `BadRequest` for an empty user, which means no impersonation, and for control characters. Source:
    https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
    """
    if not user:
        raise BadRequestError.of("cannot impersonate a user without a name")
    headers = [("Impersonate-User", user), *(("Impersonate-Group", group) for group in groups)]
    for key, values in extra.items():
        headers += [(f"Impersonate-Extra-{quote(key, safe='')}", value) for value in values]
    if any(_NO_HEADER.search(value) for _, value in headers):
        raise BadRequestError.of("an impersonated name, group or extra has control characters")
    return headers

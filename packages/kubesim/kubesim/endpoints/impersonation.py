"""Impersonation: replaces the authenticated user by the one in the Impersonate-* headers.

Source: k8s.io/apiserver, pkg/endpoints/filters/impersonation.go, v1.20.
"""

from __future__ import annotations

from collections.abc import Iterable

from kubesim.authorization.authorizer import Authorizer
from kubesim.authorization.rules import RequestAttributes
from kubesim.errors import statuses
from kubesim.machinery.users import (
    ANONYMOUS,
    AUTHENTICATED,
    UNAUTHENTICATED,
    UserInfo,
    service_account_groups,
    service_account_place,
)

_EXTRA = "impersonate-extra-"


def impersonate(
    authorizer: Authorizer, user: UserInfo, headers: Iterable[tuple[str, str]], path: str
) -> UserInfo:
    """The impersonated user, or ``user`` without Impersonate-* headers. Raises `StatusError`.

    Header names are lower case. Each user, group and extra needs its own right.
    """
    name = ""
    groups: list[str] = []
    extra: dict[str, list[str]] = {}
    for header, value in headers:
        if header == "impersonate-user":
            name = value
        elif header == "impersonate-group":
            groups.append(value)
        elif header.startswith(_EXTRA):
            extra.setdefault(header.removeprefix(_EXTRA), []).append(value)
    if not name:
        if groups or extra:
            wanted = " ".join(f"{{Group  {group}    }}" for group in groups)
            text = f'Internal Server Error: "{path}": requested [{wanted}] without impersonating a user'
            raise statuses.server_error(text)
        return user
    place = service_account_place(name)
    if place:
        authorizer.require(user, RequestAttributes("impersonate", "", "serviceaccounts", "", *place))
    else:
        authorizer.require(user, RequestAttributes("impersonate", "", "users", name=name))
    for group in groups:
        authorizer.require(user, RequestAttributes("impersonate", "", "groups", name=group))
    for key, values in extra.items():
        for value in values:
            attributes = RequestAttributes(
                "impersonate", "authentication.k8s.io", "userextras", key, name=value
            )
            authorizer.require(user, attributes)
    return UserInfo(
        name, _impersonated_groups(name, place, groups), extra={key: tuple(extra[key]) for key in extra}
    )


def _impersonated_groups(name: str, place: tuple[str, str] | None, groups: list[str]) -> tuple[str, ...]:
    if place and not groups:
        groups = [*service_account_groups(place[0])]
    if name == ANONYMOUS:
        return tuple(groups) or (UNAUTHENTICATED,)
    known = AUTHENTICATED in groups or UNAUTHENTICATED in groups
    return tuple(groups) if known else (*groups, AUTHENTICATED)

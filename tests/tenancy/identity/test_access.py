"""Who may see what: laws that hold for every account and every row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery.errors import BadRequestError, ForbiddenError
from tests.tenancy.examples import TENANT_NAME, names, user, users
from yurt_console.rows import User
from yurt_console.tenancy.identity import access, principals
from yurt_console.tenancy.identity.principals import AccountState

NOW = datetime(2026, 1, 3, tzinfo=UTC)


@given(users(), names)
def test_a_tenant_sees_only_rows_of_its_own_name(account: User, scope: str) -> None:
    principal = principals.of(account, NOW)
    if access.sees(principal, scope):
        assert principal.role == "admin" or scope == account.name == account.tenant_namespace


@given(users())
def test_rows_of_nobody_are_for_administrators_only(account: User) -> None:
    principal = principals.of(account, NOW)
    assert not access.sees(principal, "") or account.role == "admin"


@given(users(), names)
def test_who_is_not_ready_sees_nothing_and_is_told_why(account: User, asked: str) -> None:
    principal = principals.of(account, NOW)
    if principal.state is AccountState.READY:
        return
    assert not access.sees(principal, asked)
    with pytest.raises(ForbiddenError) as refusal:
        access.namespace(principal, asked)
    assert refusal.value.status.details.causes[0].reason.startswith("Account")


@given(users(), names)
def test_scope_namespace_and_sight_agree(account: User, asked: str) -> None:
    principal = principals.of(account, NOW)
    try:
        granted = access.namespace(principal, asked)
    except ForbiddenError:
        assert asked == "" or not access.sees(principal, asked)
        return
    scopes = access.scopes(principal)
    assert granted == (asked or None) or scopes == frozenset({str(granted)})
    assert granted is None or access.sees(principal, granted)


@given(users(), st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=100)))
def test_an_account_never_becomes_ready_by_waiting(account: User, later: timedelta) -> None:
    if principals.of(account, NOW).state is not AccountState.READY:
        assert principals.of(account, NOW + later).state is not AccountState.READY


def test_another_tenants_namespace_is_refused_by_name_of_the_right() -> None:
    with pytest.raises(ForbiddenError, match="no right to look into namespace 'kube-system'"):
        access.namespace(principals.of(user(), NOW), "kube-system")


def test_a_namespace_left_out_is_ones_own() -> None:
    assert access.namespace(principals.of(user(), NOW), "") == TENANT_NAME
    assert access.namespace(principals.of(user(role="admin"), NOW), "") is None
    assert access.namespace(principals.of(user(role="admin"), NOW), "default") == "default"


@pytest.mark.parametrize("edited", ["kube-system", "default", "", "user-ffffffffffffffffffff"])
def test_an_edited_namespace_opens_nothing(edited: str) -> None:
    principal = principals.of(user(tenant_namespace=edited), NOW)
    assert (principal.tenant, principal.scopes) == ("", frozenset())
    assert not access.sees(principal, edited)


def test_an_account_expires_by_the_calendar_before_its_status_says_so() -> None:
    end = datetime(2026, 1, 8, 0, 0, 10, tzinfo=UTC)
    assert principals.of(user(), end - timedelta(seconds=1)).state is AccountState.READY
    with pytest.raises(ForbiddenError) as refusal:
        access.require_active(principals.of(user(), end))
    assert refusal.value.status.details.causes[0].reason == "AccountExpired"


def test_a_valid_period_of_0_is_for_ever() -> None:
    for_ever = principals.of(user(valid_period=0), NOW + timedelta(days=40000))
    assert for_ever.state is AccountState.READY


def test_a_suspended_account_is_told_so() -> None:
    with pytest.raises(ForbiddenError) as refusal:
        access.require_active(principals.of(user(suspended=True), NOW))
    assert refusal.value.status.details.causes[0].reason == "AccountSuspended"


def test_an_unknown_role_is_a_tenant() -> None:
    assert principals.of(user(role="root"), NOW).role == "tenant"


def test_a_principal_without_a_namespace_sees_nothing_even_if_it_were_ready() -> None:
    nowhere = msgspec.structs.replace(principals.of(user(), NOW), tenant="", scopes=frozenset())
    assert not access.sees(nowhere, "")
    with pytest.raises(ForbiddenError):
        access.scopes(nowhere)


@given(st.frozensets(names, max_size=3), names, names)
def test_a_principal_sees_its_scopes_and_no_more(scopes: frozenset[str], tenant: str, asked: str) -> None:
    principal = msgspec.structs.replace(principals.of(user(), NOW), tenant=tenant, scopes=scopes)

    assert access.sees(principal, asked) == (asked != "" and asked in scopes)
    try:
        requested = access.requested_scopes(principal, asked)
    except ForbiddenError:
        assert not access.sees(principal, asked)
    else:
        assert requested == (frozenset({asked}) if asked else scopes)
        assert scopes


def test_a_namespace_left_out_is_the_own_tenant_or_the_only_scope_or_has_to_be_chosen() -> None:
    own = principals.of(user(), NOW)
    member = msgspec.structs.replace(own, scopes=frozenset({TENANT_NAME, "team"}))
    guest = msgspec.structs.replace(own, tenant="", scopes=frozenset({"team"}))
    guest_of_two = msgspec.structs.replace(own, tenant="", scopes=frozenset({"team", "other"}))

    assert access.namespace(member, "") == TENANT_NAME
    assert access.namespace(guest, "") == "team"
    with pytest.raises(BadRequestError, match="its own are 'other', 'team'"):
        access.namespace(guest_of_two, "")
    assert access.requested_scopes(guest_of_two, "") == frozenset({"team", "other"})


@given(users())
def test_only_administrators_see_everything(account: User) -> None:
    principal = principals.of(account, NOW)
    assert (principal.scopes is None) == (account.role == "admin")


def test_an_account_is_being_prepared_until_its_time_has_begun() -> None:
    """Its namespace is named before what protects it is there; the beginning of its time comes last."""
    principal = principals.of(user(effective_time=""), NOW)

    assert principal.state is AccountState.PREPARING
    assert not access.sees(principal, TENANT_NAME)
    with pytest.raises(ForbiddenError, match="is still being prepared"):
        access.scopes(principal)
    assert principals.of(user(role="admin", effective_time=""), NOW).state is AccountState.READY

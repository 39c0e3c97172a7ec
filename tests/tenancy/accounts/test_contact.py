"""What one registers with: every wrong field is named, the rest is kept in one form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery.errors import BadRequestError
from yurt_console.tenancy.accounts import profile

GOOD: dict[str, Any] = {"email": "ann@example.com", "phone": "+8613800138000", "organization": "ACME"}


def wrong_fields(**changes: Any) -> list[str]:
    with pytest.raises(BadRequestError) as refusal:
        profile.read(**{**GOOD, **changes}, region="CN")
    status = refusal.value.status
    assert all(cause.field in status.message for cause in status.details.causes)
    return [cause.field for cause in status.details.causes]


@pytest.mark.parametrize("field", ["email", "phone", "organization"])
@pytest.mark.parametrize(
    "value", [None, "", "   ", 7, True, [], {}, ["ann@example.com"], "x" * 300, "\x00", "a\nb", "\ud800"]
)
def test_a_wrong_value_is_named(field: str, value: object) -> None:
    assert wrong_fields(**{field: value}) == [field]


def test_every_wrong_field_is_named_at_once() -> None:
    assert wrong_fields(email="a@localhost", phone="12", organization="") == [
        "email",
        "phone",
        "organization",
    ]


@pytest.mark.parametrize(
    "email",
    ["Bob <b@x.io>", "a@localhost", "a", "@x.io", "a@", "a b@x.io", "a@x..io", "a@[1.2.3.4]", "a@1.2.3.4",
     '"a b"@x.io', "a@x.io,b@x.io", "a@b@x.io", "ann@example.com\n", "用户@example.com", "x" * 65 + "@x.io"],
)  # fmt: skip
def test_what_is_no_email_is_refused(email: str) -> None:
    assert wrong_fields(email=email) == ["email"]


@pytest.mark.parametrize(
    "email", ["a@example.com", "a@site.test", "a@corp.internal", "a@plant.local", "a.b+c@x.io", "o'neil@x.io"]
)
def test_ordinary_and_private_emails_are_accepted(email: str) -> None:
    assert profile.read(**{**GOOD, "email": email}, region="CN").email == email


def test_an_email_is_kept_in_lower_case_ascii() -> None:
    assert profile.read(**{**GOOD, "email": " Ann@EXAMPLE.com "}, region="CN").email == "ann@example.com"
    assert profile.read(**{**GOOD, "email": "a@例子.中国"}, region="CN").email == "a@xn--fsqu00a.xn--fiqs8s"


@pytest.mark.parametrize(
    ("phone", "kept"),
    [
        ("13800138000", "+8613800138000"),
        ("138-0013 8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("+1 (202) 555-0100", "+12025550100"),
    ],
)
def test_a_phone_is_kept_as_e164(phone: str, kept: str) -> None:
    assert profile.read(**{**GOOD, "phone": phone}, region="CN").phone == kept


@pytest.mark.parametrize(
    "phone", ["123", "+86", "not a phone", "1-800-FLOWERS", "+8613800138000;ext=5", "+" * 30]
)
def test_what_is_no_phone_is_refused(phone: str) -> None:
    assert wrong_fields(phone=phone) == ["phone"]


def test_a_phone_without_a_country_code_needs_the_platforms_region() -> None:
    assert profile.read(**{**GOOD, "phone": "(907) 555-0100"}, region="US").phone == "+19075550100"
    assert wrong_fields(phone="(907) 555-0100") == ["phone"]


def test_an_organization_is_trimmed_and_may_be_of_any_language() -> None:
    assert (
        profile.read(**{**GOOD, "organization": "  边缘计算 研究院 "}, region="CN").organization
        == "边缘计算 研究院"
    )
    assert profile.read(**{**GOOD, "organization": "界" * 128}, region="CN").organization == "界" * 128
    assert wrong_fields(organization="界" * 129) == ["organization"]
    assert wrong_fields(organization="a\u202eb") == ["organization"]


@given(st.text(min_size=4), st.text(min_size=4))
def test_a_refusal_never_repeats_what_was_sent(email: str, phone: str) -> None:
    marked = "Zq7" + email
    try:
        profile.read(marked, "Zq7" + phone, None, region="CN")
    except BadRequestError as refusal:
        assert "Zq7" not in str(refusal)


@given(st.emails())
def test_the_kept_form_is_its_own_kept_form(email: str) -> None:
    kept = profile.canonical_email(email)
    assert profile.canonical_email(kept) == kept

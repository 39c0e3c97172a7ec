"""The three fields of a registration: validation and canonical form.

`read` checks all of them at once, so that a form can mark every wrong field; it never looks at
anything else. E-mail: email-validator's syntax, without asking DNS, ASCII before the @; names for
private use (.test, .internal, .local) are accepted because a private platform may use them. Phone:
libphonenumber's rules, kept as E.164. Organization: any language, no control characters.
"""

from __future__ import annotations

import unicodedata

import email_validator
import msgspec
import phonenumbers

from apimachinery.errors import StatusCause, wrong_fields
from yurt_console.settings import SettingError

# The library's documented way to accept RFC 6761's special-use names.
email_validator.SPECIAL_USE_DOMAIN_NAMES[:] = ["localhost"]

EMAIL_LIMIT = 254
PHONE_LIMIT = 40
ORGANIZATION_LIMIT = 128
_JOINERS = "\u200c\u200d"  # formatting, by category, but part of how some languages are written


class Contact(msgspec.Struct, frozen=True):
    """The three fields in canonical form: lower-cased ASCII e-mail, E.164, trimmed text."""

    email: str
    phone: str
    organization: str


class _Wrong(ValueError):
    """A field is wrong; the message is for its sender and never repeats the value."""


def read(email: object, phone: object, organization: object, *, region: str) -> Contact:
    """The contact of these values; None is a field that was left out.

    Raises `BadRequest` with one cause per wrong field. ``region`` (ISO 3166) is that of phones
    without a country code.
    """
    causes: list[StatusCause] = []
    fields: dict[str, str] = {}
    for field, value, check in (
        ("email", email, _email),
        ("phone", phone, lambda text: _phone(text, region)),
        ("organization", organization, _organization),
    ):
        try:
            fields[field] = check(_text(value))
        except _Wrong as problem:
            reason = "FieldValueRequired" if value in (None, "") else "FieldValueInvalid"
            causes.append(StatusCause(reason=reason, message=str(problem), field=field))
    if causes:
        raise wrong_fields(causes)
    return Contact(**fields)


def require_region(code: str) -> None:
    """Raise `SettingError` unless ``region`` is one that phone numbers without a country code can have."""
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise SettingError("phone_region must be an ISO 3166 code in capitals, such as CN")


def canonical_email(text: str) -> str:
    """The canonical form of an e-mail; other text is lower-cased."""
    try:
        return _email(text)
    except _Wrong:
        return text.lower()


def _text(value: object) -> str:
    if value is None:
        raise _Wrong("must be given")
    if not isinstance(value, str):
        raise _Wrong("must be text")
    if not value.strip():
        raise _Wrong("must not be empty")
    return value


def _email(text: str) -> str:
    if len(text) > EMAIL_LIMIT:
        raise _Wrong(f"must have at most {EMAIL_LIMIT} characters")
    try:
        checked = email_validator.validate_email(
            text.strip(" "), check_deliverability=False, allow_smtputf8=False, strict=True
        )
    except email_validator.EmailNotValidError:  # its text repeats parts of what was sent
        raise _Wrong("must be an e-mail address such as name@example.com") from None
    if checked.ascii_email is None or len(checked.ascii_email) > EMAIL_LIMIT:
        raise _Wrong(f"must have at most {EMAIL_LIMIT} characters")
    return checked.ascii_email.lower()


def _phone(text: str, region: str) -> str:
    if len(text) > PHONE_LIMIT:
        raise _Wrong(f"must have at most {PHONE_LIMIT} characters")
    plain = unicodedata.normalize(
        "NFKC", text
    ).strip()  # full-width digits, as Chinese input methods type them
    problem = _Wrong(
        "must be a phone number; outside the platform's country begin with + and the country code"
    )
    if not set(plain) <= set("0123456789+-.() /"):
        raise problem
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        raise problem from None
    if not phonenumbers.is_valid_number(number):
        raise problem
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _organization(text: str) -> str:
    trimmed = unicodedata.normalize("NFC", text).strip()
    if len(trimmed) > ORGANIZATION_LIMIT:
        raise _Wrong(f"must have at most {ORGANIZATION_LIMIT} characters")
    if any(unprintable(character) for character in trimmed):
        raise _Wrong("must not have control characters")
    return trimmed


def unprintable(character: str) -> bool:
    """Whether the character is invisible: controls, reordering, line ends."""
    category = unicodedata.category(character)
    return (category.startswith("C") and character not in _JOINERS) or category in ("Zl", "Zp")

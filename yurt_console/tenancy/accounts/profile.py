"""Contact fields of a registration: validation and canonical form.

`read` checks all three fields at once, so that a form can mark every wrong one. E-mail: the syntax of
email-validator, without DNS lookups, ASCII before the @; special-use names (.test, .internal, .local) are
valid, because private platforms use them. Phone: the rules of libphonenumber, stored as E.164. Organization:
any language, no control characters.
"""

from __future__ import annotations

import unicodedata

import email_validator
import msgspec
import phonenumbers

from yurt_console.settings import SettingError
from yurt_console.strict_input import Reader

# The library's documented way to accept RFC 6761's special-use names.
email_validator.SPECIAL_USE_DOMAIN_NAMES[:] = ["localhost"]

EMAIL_LIMIT = 254
PHONE_LIMIT = 40
ORGANIZATION_LIMIT = 128
_JOINERS = "\u200c\u200d"  # in the category of formatting, but part of the spelling of some languages


class Contact(msgspec.Struct, frozen=True):
    """Contact fields in canonical form: lower-case ASCII e-mail, E.164 phone number, trimmed organization."""

    email: str
    phone: str
    organization: str


class _Wrong(ValueError):
    """A wrong field. The message is for the client and never repeats the value."""


def read(email: object, phone: object, organization: object, *, region: str) -> Contact:
    """The validated contact; None means a missing field.

    ``region`` (ISO 3166) applies to phone numbers without a country code. Raises `BadRequestError` with one
    cause per wrong field.
    """
    reader = Reader()
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
            reader.refuse(field, str(problem), reason)
    reader.done()
    return Contact(**fields)


def require_region(code: str) -> None:
    """Raise `SettingError` unless ``code`` is a region of phone numbers."""
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise SettingError("phone_region must be an ISO 3166 code in capitals, such as CN")


def canonical_email(text: str) -> str:
    """The canonical form of an e-mail address; invalid text in lower case."""
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
    except email_validator.EmailNotValidError:  # its message repeats parts of the input
        raise _Wrong("must be an e-mail address such as name@example.com") from None
    if checked.ascii_email is None or len(checked.ascii_email) > EMAIL_LIMIT:
        raise _Wrong(f"must have at most {EMAIL_LIMIT} characters")
    return checked.ascii_email.lower()


def _phone(text: str, region: str) -> str:
    if len(text) > PHONE_LIMIT:
        raise _Wrong(f"must have at most {PHONE_LIMIT} characters")
    plain = unicodedata.normalize(
        "NFKC", text
    ).strip()  # turns full-width digits of Chinese input methods into ASCII
    problem = _Wrong(
        "must be a phone number; outside the platform's country, start with + and the country code"
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

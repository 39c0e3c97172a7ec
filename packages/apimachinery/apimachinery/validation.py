"""Validation of names, label keys and label values, in Kubernetes' words.

Each ``*_problems`` returns all problems joined by "; ", "" for none. Lengths count bytes.
Source: k8s.io/apimachinery, pkg/util/validation, in the words of API server v1.20.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_NAME_PART = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = f"({_NAME_PART})?"

_LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-',"
    " and must start and end with an alphanumeric character"
    f" (e.g. 'my-name',  or '123-abc', regex used for validation is '{_LABEL}')"
)
_SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.',"
    " and must start and end with an alphanumeric character"
    f" (e.g. 'example.com', regex used for validation is '{_SUBDOMAIN}')"
)
_NAME_PART_RULE = (
    "must consist of alphanumeric characters, '-', '_' or '.',"
    " and must start and end with an alphanumeric character"
    f" (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{_NAME_PART}')"
)
_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.',"
    " and must start and end with an alphanumeric character"
    f" (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '{_VALUE}')"
)
_QUALIFIED_RULE = (
    f"a qualified name {_NAME_PART_RULE}"
    " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
)


def dns_label_problems(text: str) -> str:
    """Problems of a DNS-1123 label: the name of a namespace."""
    return "; ".join(_problems(text, _LABEL, _LABEL_RULE, 63))


def dns_subdomain_problems(text: str) -> str:
    """Problems of a DNS-1123 subdomain: the name of most other objects."""
    return "; ".join(_problems(text, _SUBDOMAIN, _SUBDOMAIN_RULE, 253))


def label_key_problems(text: str) -> str:
    """Problems of a qualified name: the key of a label, annotation or taint."""
    prefix, slash, name = text.rpartition("/")
    if "/" in prefix:
        return _QUALIFIED_RULE
    found = []
    if slash and not prefix:
        found.append("prefix part must be non-empty")
    elif slash:
        found += [f"prefix part {problem}" for problem in _problems(prefix, _SUBDOMAIN, _SUBDOMAIN_RULE, 253)]
    if not name:
        found.append("name part must be non-empty")
    found += [f"name part {problem}" for problem in _problems(name, _NAME_PART, _NAME_PART_RULE, 63)]
    return "; ".join(found)


def label_value_problems(text: str) -> str:
    """Problems of a label value."""
    return "; ".join(_problems(text, _VALUE, _VALUE_RULE, 63))


def is_dns_label(text: str) -> bool:
    """Whether the text is a DNS-1123 label."""
    return not dns_label_problems(text)


def is_dns_subdomain(text: str) -> bool:
    """Whether the text is a DNS-1123 subdomain."""
    return not dns_subdomain_problems(text)


def is_label_key(text: str) -> bool:
    """Whether the text is a qualified name."""
    return not label_key_problems(text)


def is_label_value(text: str) -> bool:
    """Whether the text is a label value."""
    return not label_value_problems(text)


def _problems(text: str, pattern: str, rule: str, longest: int) -> Iterable[str]:
    if len(text.encode(errors="replace")) > longest:
        yield f"must be no more than {longest} characters"
    if not re.fullmatch(pattern, text):
        yield rule

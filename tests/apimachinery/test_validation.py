"""Validation of names and labels, and Kubernetes' messages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery import validation
from tests.planes.kubernetes_api import MERGE
from tests.planes.plane import Plane


@pytest.mark.parametrize("text", ["a", "a-b", "0", "user-0123456789abcdef0123", "a" * 63])
def test_namespaces_may_be_called(text: str) -> None:
    assert validation.is_dns_label(text)
    assert validation.is_dns_subdomain(text)
    assert validation.is_label_value(text)


@pytest.mark.parametrize("text", ["", "-a", "a-", "A", "a_b", "a.b", "a\n", "é", "a b", "a" * 64, "../a"])
def test_namespaces_may_not_be_called(text: str) -> None:
    assert not validation.is_dns_label(text)


def test_other_objects_may_have_dots_and_be_long() -> None:
    assert validation.is_dns_subdomain("a." * 126 + "a")
    assert not validation.is_dns_subdomain("a." * 126 + "aa")
    assert not validation.is_dns_subdomain("a..b")


@pytest.mark.parametrize("key", ["app", "app.kubernetes.io/name", "A_b.c-d", "x/y", "a" * 63, "in"])
def test_label_keys(key: str) -> None:
    assert validation.is_label_key(key)


@pytest.mark.parametrize("key", ["", "/a", "a/", "a/b/c", "-a", "A/b", "a b", "a" * 64, "a" * 254 + "/b"])
def test_what_is_no_label_key(key: str) -> None:
    assert not validation.is_label_key(key)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    problems = validation.dns_label_problems("A" * 64).split("; ")
    assert problems[0] == "must be no more than 63 characters"
    assert problems[1].startswith("a lowercase RFC 1123 label must consist of")
    assert validation.label_key_problems("A/").startswith("prefix part a lowercase RFC 1123 subdomain")
    assert "name part must be non-empty" in validation.label_key_problems("A/")


@given(st.text(max_size=70) | st.from_regex(r"[a-zA-Z0-9._-]{0,70}", fullmatch=True))
def test_a_dns_label_is_a_subdomain_and_a_label_value(text: str) -> None:
    if validation.is_dns_label(text):
        assert validation.is_dns_subdomain(text)
        assert validation.is_label_value(text)
        assert validation.is_label_key(text)
    assert validation.is_label_value(text) == bool(
        len(text) <= 63 and re.fullmatch(r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?)?", text)
    )


@pytest.mark.parametrize(
    "name", ["A", "a_b", "-a", "a.", "a..b", "é", "a" * 254, "a b"], ids=lambda name: name[:8]
)
def test_the_api_server_says_the_same_about_names(plane: Plane, name: str) -> None:
    path = "/api/v1/namespaces/default/configmaps?dryRun=All"
    refused = plane.api.ask("POST", path, {"metadata": {"name": name}})
    message = f'Invalid value: "{name}": {validation.dns_subdomain_problems(name).split("; ")[0]}'
    assert message in refused.body["message"]


@pytest.mark.parametrize(
    ("key", "value"), [("a b", "c"), ("/a", "c"), ("A_/b", "c"), ("x/y/z", "c"), ("a", "b!"), ("a", "a" * 64)]
)
def test_the_api_server_says_the_same_about_labels(plane: Plane, key: str, value: str) -> None:
    patch = {"metadata": {"labels": {key: value}}}
    path = "/api/v1/namespaces/default?dryRun=All"
    refused = plane.api.ask("PATCH", path, patch, content_type=MERGE)
    problems = validation.label_key_problems(key) or validation.label_value_problems(value)
    assert problems in refused.body["message"]

"""Validation of webhook configurations. Pure.

Source: k8s.io/kubernetes, pkg/apis/admissionregistration/validation, in the words of API server v1.20.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from apimachinery.errors import StatusCause
from apimachinery.selectors import Selector, SelectorError
from apimachinery.validation import dns_subdomain_problems
from kubesim.errors.field_errors import duplicate, invalid_go_value, invalid_value, not_supported, required
from kubesim.storage.log import Object

_FORM = "; desired format: https://host[/path]"
_REVIEWS = ("v1", "v1beta1")
_CHOICES = {
    "failurePolicy": ("Fail", "Ignore"),
    "matchPolicy": ("Equivalent", "Exact"),
    "reinvocationPolicy": ("IfNeeded", "Never"),
}


def problems(obj: Object) -> Sequence[StatusCause]:
    """Field errors of a MutatingWebhookConfiguration or ValidatingWebhookConfiguration."""
    found: list[StatusCause] = []
    names = set[str]()
    for position, webhook in enumerate(obj.get("webhooks") or ()):
        path = f"webhooks[{position}]"
        found += _of_webhook(path, webhook)
        name = webhook.get("name", "")
        if name in names:
            found.append(duplicate(f"{path}.name", name))
        names.add(name)
    return found


def _of_webhook(path: str, webhook: Object) -> Iterator[StatusCause]:
    yield from _of_name(f"{path}.name", webhook.get("name", ""))
    yield from _of_versions(f"{path}.admissionReviewVersions", webhook.get("admissionReviewVersions") or [])
    for position, rule in enumerate(webhook.get("rules") or ()):
        yield from _of_rule(f"{path}.rules[{position}]", rule)
    for key, choices in _CHOICES.items():
        if webhook.get(key, choices[0]) not in choices:
            yield not_supported(f"{path}.{key}", webhook[key], choices)
    effects = webhook.get("sideEffects")
    if effects is None:
        yield required(f"{path}.sideEffects", "must specify one of None, NoneOnDryRun")
    elif effects not in ("None", "NoneOnDryRun"):
        yield not_supported(f"{path}.sideEffects", effects, ("None", "NoneOnDryRun"))
    seconds = webhook.get("timeoutSeconds", 10)
    if not 1 <= seconds <= 30:
        text = "the timeout value must be between 1 and 30 seconds"
        yield invalid_value(f"{path}.timeoutSeconds", seconds, text)
    for key in ("namespaceSelector", "objectSelector"):
        try:
            Selector.of(webhook.get(key) or {})
        except SelectorError as error:
            yield invalid_go_value(f"{path}.{key}", "v1.LabelSelector{...}", str(error))
    yield from _of_client(f"{path}.clientConfig", webhook.get("clientConfig") or {})


def _of_name(path: str, name: str) -> Iterator[StatusCause]:
    if not name:
        yield required(path)
    elif problem := dns_subdomain_problems(name):
        yield invalid_value(path, name, problem)
    elif name.count(".") < 2:
        yield invalid_value(path, name, "should be a domain with at least three segments separated by dots")


def _of_versions(path: str, versions: list[str]) -> Iterator[StatusCause]:
    if not versions:
        yield required(path, "must specify one of v1, v1beta1")
    elif not set(versions) & set(_REVIEWS):
        yield invalid_value(path, versions, "must include at least one of v1, v1beta1")


def _of_rule(path: str, rule: Object) -> Iterator[StatusCause]:
    for key in ("operations", "apiGroups", "apiVersions", "resources"):
        values: list[str] = rule.get(key) or []
        if not values:
            yield required(f"{path}.{key}")
        elif "*" in values and len(values) > 1 and key != "resources":
            text = "if '*' is present, must not specify other values"
            if key == "operations":
                text = "if '*' is present, must not specify other operations"
            yield invalid_value(f"{path}.{key}", values, text)
    if rule.get("scope", "*") not in ("*", "Cluster", "Namespaced"):
        yield not_supported(f"{path}.scope", rule["scope"], ("*", "Cluster", "Namespaced"))


def _of_client(path: str, client: dict[str, Any]) -> Iterator[StatusCause]:
    if ("url" in client) == ("service" in client):
        yield required(path, "exactly one of url or service is required")
    elif "url" in client:
        yield from _of_url(f"{path}.url", client["url"])
    else:
        service = client["service"] or {}
        for key in ("name", "namespace"):
            if not service.get(key):
                yield required(f"{path}.service.{key}", f"service {key} is required")
        if not 1 <= service.get("port", 443) <= 65535:
            text = "port is not valid: must be between 1 and 65535, inclusive"
            yield invalid_value(f"{path}.service.port", service["port"], text)


def _of_url(path: str, text: str) -> Iterator[StatusCause]:
    try:
        url = urlsplit(text)
        host = url.netloc
    except ValueError as error:
        yield invalid_value(path, text, f"url must be a valid URL: {error}{_FORM}")
        return
    if url.scheme != "https":
        yield invalid_value(path, url.scheme, f"'https' is the only allowed URL scheme{_FORM}")
    if not host:
        yield invalid_value(path, host, f"host must be specified{_FORM}")
    if "@" in host:
        yield invalid_value(path, host.partition("@")[0], "user information is not permitted in the URL")
    if url.fragment:
        yield invalid_value(path, url.fragment, "fragments are not permitted in the URL")
    if url.query:
        yield invalid_value(path, url.query, "query parameters are not permitted in the URL")

"""Configured webhooks, and the rules by which they match a write. Pure.

Source: k8s.io/apiserver, pkg/admission/plugin/webhook (rules, predicates), as API server v1.20 behaves.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from apimachinery.selectors import Selector
from kubesim.storage.log import Object

GROUP = "admissionregistration.k8s.io"
MUTATING, VALIDATING = "mutatingwebhookconfigurations", "validatingwebhookconfigurations"
_DRY_RUNS = ("None", "NoneOnDryRun")


class Target(NamedTuple):
    """The target of a write in one API version: kind, resource and subresource."""

    group: str
    version: str
    resource: str
    subresource: str
    kind: tuple[str, str, str]
    """Group, version and kind of the object in the request; a Scale has its own."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a webhook."""

    operations: frozenset[str]
    groups: frozenset[str]
    versions: frozenset[str]
    resources: tuple[tuple[str, str], ...]
    """Resource and subresource, each possibly ``*``."""
    scope: str

    def matches(self, operation: str, target: Target, *, namespaced: bool) -> bool:
        """Whether the rule matches a target."""
        return (
            _has(self.operations, operation)
            and _has(self.groups, target.group)
            and _has(self.versions, target.version)
            and (self.scope == "*" or (self.scope == "Namespaced") is namespaced)
            and any(
                resource in ("*", target.resource) and part in ("*", target.subresource)
                for resource, part in self.resources
            )
        )


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook of a configuration."""

    name: str
    key: str
    """Identifies the webhook and the version of its configuration."""
    url: str
    """Its URL; "" when it has a Service."""
    service: tuple[str, str, str, int]
    """Namespace, name, path and port."""
    authorities: bytes
    """The CA certificates of its server as PEM; empty for the system's."""
    rules: tuple[Rule, ...]
    namespaces: Selector
    objects: Selector
    equivalent: bool
    """matchPolicy Equivalent: also matches writes in other API versions, converted to the one in the rule."""
    ignores_failures: bool
    reinvoked: bool
    dry_runs: bool
    seconds: int
    versions: tuple[str, ...]

    def target(self, operation: str, targets: Sequence[Target], *, namespaced: bool) -> Target | None:
        """The target that the webhook matches, None for none; the first one is the write's own."""
        for target in targets if self.equivalent else targets[:1]:
            if any(rule.matches(operation, target, namespaced=namespaced) for rule in self.rules):
                return target
        return None

    @property
    def address(self) -> str:
        """The address in error messages."""
        if self.url:
            return f"{self.url}?timeout={self.seconds}s"
        namespace, name, path, port = self.service
        return f"https://{name}.{namespace}.svc:{port}/{path.removeprefix('/')}?timeout={self.seconds}s"


def hooks_of(configuration: Object) -> Iterator[Hook]:
    """The webhooks of a configuration, with defaults."""
    metadata = configuration["metadata"]
    for position, webhook in enumerate(configuration.get("webhooks") or ()):
        client = webhook["clientConfig"]
        service = client.get("service") or {}
        yield Hook(
            name=webhook["name"],
            key=f"{metadata['uid']}/{metadata.get('generation', 0)}/{position}",
            url=client.get("url", ""),
            service=(
                service.get("namespace", ""),
                service.get("name", ""),
                service.get("path", ""),
                service.get("port", 443),
            ),
            authorities=_decoded(client.get("caBundle", "")),
            rules=tuple(_rule(rule) for rule in webhook.get("rules") or ()),
            namespaces=Selector.of(webhook.get("namespaceSelector") or {}),
            objects=Selector.of(webhook.get("objectSelector") or {}),
            equivalent=webhook.get("matchPolicy") != "Exact",
            ignores_failures=webhook.get("failurePolicy") == "Ignore",
            reinvoked=webhook.get("reinvocationPolicy") == "IfNeeded",
            dry_runs=webhook.get("sideEffects") in _DRY_RUNS,
            seconds=webhook.get("timeoutSeconds", 10),
            versions=tuple(webhook.get("admissionReviewVersions") or ()),
        )


def _rule(rule: dict[str, Any]) -> Rule:
    resources = (resource.partition("/") for resource in rule.get("resources") or ())
    return Rule(
        operations=frozenset(rule.get("operations") or ()),
        groups=frozenset(rule.get("apiGroups") or ()),
        versions=frozenset(rule.get("apiVersions") or ()),
        resources=tuple((resource, part) for resource, _, part in resources),
        scope=rule.get("scope", "*"),
    )


def _has(allowed: frozenset[str], value: str) -> bool:
    return "*" in allowed or value in allowed


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""

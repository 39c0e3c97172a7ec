"""Webhooks as configured, and which of them a write concerns. Pure.

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
    """What a write is about, in one version: the object's kind, and the resource with its part."""

    group: str
    version: str
    resource: str
    subresource: str
    kind: tuple[str, str, str]
    """Group, version and kind of the object in the request; those of a Scale are its own."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One of a webhook's rules."""

    operations: frozenset[str]
    groups: frozenset[str]
    versions: frozenset[str]
    resources: tuple[tuple[str, str], ...]
    """Resource and subresource, each possibly ``*``."""
    scope: str

    def matches(self, operation: str, target: Target, *, namespaced: bool) -> bool:
        """Whether the rule is about such a write."""
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
    """Tells the webhook from all others, and from itself before its configuration changed."""
    url: str
    """Where it listens; "" when a Service does."""
    service: tuple[str, str, str, int]
    """Namespace, name, path and port."""
    authorities: bytes
    """The certificates that may have signed its own, as PEM; empty: the system's."""
    rules: tuple[Rule, ...]
    namespaces: Selector
    objects: Selector
    equivalent: bool
    """Also about writes in other versions of a resource; it is told of them in the version it knows."""
    ignores_failures: bool
    reinvoked: bool
    dry_runs: bool
    seconds: int
    versions: tuple[str, ...]

    def target(self, operation: str, targets: Sequence[Target], *, namespaced: bool) -> Target | None:
        """How the webhook knows a write whose own target is the first, None when it is not concerned."""
        for target in targets if self.equivalent else targets[:1]:
            if any(rule.matches(operation, target, namespaced=namespaced) for rule in self.rules):
                return target
        return None

    @property
    def address(self) -> str:
        """The address as errors name it."""
        if self.url:
            return f"{self.url}?timeout={self.seconds}s"
        namespace, name, path, port = self.service
        return f"https://{name}.{namespace}.svc:{port}/{path.removeprefix('/')}?timeout={self.seconds}s"


def hooks_of(configuration: Object) -> Iterator[Hook]:
    """The webhooks of a configuration with its defaults."""
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

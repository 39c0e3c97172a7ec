"""Merge strategies of strategic merge patches and server-side apply: list maps, sets, atomic values.

The table has only the differences from the default: objects merge by field, lists are atomic. For
built-in kinds it repeats the API server's OpenAPI document (x-kubernetes-patch-merge-key and -strategy,
x-kubernetes-list-type and -map-keys, x-kubernetes-map-type); a test compares them. `of_structural` reads
the same from the schemas of custom kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Relation = Literal["atomic", "set", "map"]


@dataclass(frozen=True, slots=True)
class Schema:
    """The merge strategy of a value and of everything below it.

    ``merge_key`` and ``retain_keys`` are for strategic merge patches; ``relation``, ``keys`` and ``defaults``
    for server-side apply: a list is a map by ``keys`` (with defaults for omitted ones), a set, or atomic; an
    object is atomic or merges. ``always`` marks an object or list that Go's struct always has, so its
    presence has no owner.
    """

    fields: Mapping[str, Schema] = field(default_factory=dict)
    item: Schema | None = None
    merge: bool = False
    merge_key: str = ""
    retain_keys: bool = False
    relation: Relation = "atomic"
    keys: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    atomic: bool = False
    always: bool = False
    entries: Schema | None = None
    """The schema of a map's values."""

    def at(self, name: str) -> Schema:
        """The schema of the field ``name``."""
        return self.fields.get(name) or self.entries or UNKNOWN

    @property
    def items(self) -> Schema:
        """The schema of a list's items."""
        return self.item or UNKNOWN


UNKNOWN = Schema()


def _struct(**fields: Schema) -> Schema:
    return Schema(fields=fields, always=True)


def _pointer(**fields: Schema) -> Schema:
    return Schema(fields=fields)


def _by(key: str, item: Schema = UNKNOWN, *, retain_keys: bool = False) -> Schema:
    return Schema(item=item, merge=True, merge_key=key, retain_keys=retain_keys, relation="map", keys=(key,))


def _by_all(merge_key: str, *keys: str, item: Schema = UNKNOWN, **defaults: str) -> Schema:
    """A list map with one key for strategic merge patches (or none) and several for server-side apply."""
    return Schema(
        item=item, merge=bool(merge_key), merge_key=merge_key, relation="map", keys=keys, defaults=defaults
    )


_SET = Schema(relation="set")
_STRATEGIC_SET = Schema(merge=True, relation="set")
_SELECTOR = Schema(atomic=True)
_CONDITIONS = _by("type")
_STATUS = _struct(conditions=_CONDITIONS)
_METADATA = _struct(ownerReferences=_by("uid"), finalizers=_STRATEGIC_SET)

_EPHEMERAL_CONTAINER = _struct(
    env=_by("name"),
    volumeDevices=_by("devicePath"),
    volumeMounts=_by("mountPath"),
    resources=_struct(),
)
_CONTAINER = _struct(
    **_EPHEMERAL_CONTAINER.fields,
    ports=_by_all("containerPort", "containerPort", "protocol", protocol="TCP"),
)
_CLAIM = _struct(metadata=_METADATA, spec=_struct(selector=_SELECTOR, resources=_struct()), status=_STATUS)
_POD_SPEC = _struct(
    containers=replace(_by("name", _CONTAINER), always=True),
    initContainers=_by("name", _CONTAINER),
    ephemeralContainers=_by("name", _EPHEMERAL_CONTAINER),
    hostAliases=_by("ip"),
    imagePullSecrets=_by("name"),
    volumes=_by("name", _pointer(ephemeral=_pointer(volumeClaimTemplate=_CLAIM)), retain_keys=True),
    topologySpreadConstraints=_by_all(
        "topologyKey", "topologyKey", "whenUnsatisfiable", item=_struct(labelSelector=_SELECTOR)
    ),
)
_TEMPLATE = _struct(metadata=_METADATA, spec=_POD_SPEC)
_JOB_SPEC = _struct(selector=_SELECTOR, template=_TEMPLATE)
_WEBHOOKS = _by("name", _struct(namespaceSelector=_SELECTOR, objectSelector=_SELECTOR))
_SUBSET_OF_PODS = _struct(podSelector=_SELECTOR)


def _kind(**fields: Schema) -> Schema:
    return _struct(metadata=_METADATA, **fields)


_PLAIN = _kind()

BUILTIN: Mapping[tuple[str, str], Schema] = {
    ("", "Pod"): _kind(spec=_POD_SPEC, status=_struct(conditions=_CONDITIONS, podIPs=_by("ip"))),
    ("", "PodTemplate"): _kind(template=_TEMPLATE),
    ("", "ReplicationController"): _kind(spec=_struct(template=_pointer(**_TEMPLATE.fields)), status=_STATUS),
    ("", "Node"): _kind(
        spec=_struct(podCIDRs=_STRATEGIC_SET),
        status=_struct(
            conditions=_CONDITIONS,
            addresses=_by("type"),
            nodeInfo=_struct(),
            daemonEndpoints=_struct(kubeletEndpoint=_struct()),
        ),
    ),
    ("", "Namespace"): _kind(spec=_struct(), status=_STATUS),
    ("", "Service"): _kind(
        spec=_struct(ports=_by_all("port", "port", "protocol", protocol="TCP")),
        status=_struct(conditions=_by_all("type", "type"), loadBalancer=_struct()),
    ),
    ("", "ServiceAccount"): _kind(secrets=_by("name")),
    ("", "PersistentVolumeClaim"): _CLAIM,
    ("", "PersistentVolume"): _kind(spec=_struct(), status=_struct()),
    ("", "ResourceQuota"): _kind(spec=_struct(), status=_struct()),
    ("", "LimitRange"): _kind(spec=_struct()),
    ("", "Event"): _kind(involvedObject=_struct(), source=_struct()),
    ("apps", "Deployment"): _kind(
        spec=_struct(selector=_SELECTOR, template=_TEMPLATE, strategy=Schema(retain_keys=True, always=True)),
        status=_STATUS,
    ),
    ("apps", "ReplicaSet"): _kind(spec=_struct(selector=_SELECTOR, template=_TEMPLATE), status=_STATUS),
    ("apps", "DaemonSet"): _kind(
        spec=_struct(selector=_SELECTOR, template=_TEMPLATE, updateStrategy=_struct()), status=_STATUS
    ),
    ("apps", "StatefulSet"): _kind(
        spec=_struct(
            selector=_SELECTOR,
            template=_TEMPLATE,
            updateStrategy=_struct(),
            volumeClaimTemplates=Schema(item=_CLAIM),
        ),
        status=_STATUS,
    ),
    ("batch", "Job"): _kind(spec=_JOB_SPEC, status=_STATUS),
    ("batch", "CronJob"): _kind(
        spec=_struct(jobTemplate=_struct(metadata=_METADATA, spec=_JOB_SPEC)), status=_struct()
    ),
    ("policy", "PodDisruptionBudget"): _kind(spec=_struct(selector=_SELECTOR), status=_struct()),
    ("networking.k8s.io", "NetworkPolicy"): _kind(spec=_SUBSET_OF_PODS),
    ("networking.k8s.io", "Ingress"): _kind(spec=_struct(), status=_struct(loadBalancer=_struct())),
    ("certificates.k8s.io", "CertificateSigningRequest"): _kind(
        spec=_struct(), status=_struct(conditions=_by_all("", "type"))
    ),
    ("discovery.k8s.io", "EndpointSlice"): _PLAIN,
    ("storage.k8s.io", "CSINode"): _kind(spec=_struct(drivers=_by("name"))),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): _kind(webhooks=_WEBHOOKS),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): _kind(webhooks=_WEBHOOKS),
    ("apiregistration.k8s.io", "APIService"): _kind(
        spec=_struct(), status=_struct(conditions=_by_all("type", "type"))
    ),
}


def of(group: str, kind: str) -> Schema:
    """The schema of a built-in kind."""
    return BUILTIN.get((group, kind), _PLAIN)


def of_structural(openapi: Mapping[str, Any]) -> Schema:
    """The schema of a custom kind, of one version's ``openAPIV3Schema``.

    Its metadata is ObjectMeta; lists are atomic by default.
    """
    schema = _structural(openapi)
    return Schema(fields={**schema.fields, "metadata": _METADATA}, always=True)


def _structural(openapi: Mapping[str, Any]) -> Schema:
    if openapi.get("type") == "array":
        item = openapi.get("items", {})
        keys = tuple(openapi.get("x-kubernetes-list-map-keys", ()))
        properties = item.get("properties", {})
        return Schema(
            item=_structural(item),
            relation=openapi.get("x-kubernetes-list-type", "atomic"),
            keys=keys,
            defaults={
                key: properties[key]["default"] for key in keys if "default" in properties.get(key, {})
            },
        )
    entries = openapi.get("additionalProperties")
    return Schema(
        fields={name: _structural(below) for name, below in openapi.get("properties", {}).items()},
        atomic=openapi.get("x-kubernetes-map-type") == "atomic",
        entries=_structural(entries) if isinstance(entries, Mapping) else None,
    )

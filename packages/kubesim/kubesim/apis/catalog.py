"""The built-in kinds, in one table: the discovery of v1.20."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from apimachinery.resources import Resource
from apimachinery.validation import dns_label_problems
from kubesim.apis import (
    crd,
    defaults,
    events_v1,
    field_selectors,
    validation,
    webhook_configurations,
    workload_defaults,
    workload_validation,
)
from kubesim.apis.printing.columns import COLUMNS
from kubesim.apis.validation import dns_1035_label_problems, path_segment_problems
from kubesim.machinery.kinds import CHANGING_VERBS, SCALE, STATUS, Kind, Subresource
from kubesim.schema.merge_strategies import of as merging_of
from kubesim.schema.types import decoded, definition_name
from kubesim.storage.log import Object

RBAC = "rbac.authorization.k8s.io"
_CREATE = Subresource(("create",))
_GET = Subresource(("get",))
_ONLY_CREATE = ("create",)
_NO_COLLECTION = tuple(verb for verb in CHANGING_VERBS if verb != "deletecollection")


@functools.cache
def builtin_kinds() -> tuple[Kind, ...]:
    """All built-in kinds; made once, for they never change."""
    return (*_core(), *_apps(), *_others(), *_reviews())


def _kind(
    group: str, version: str, plural: str, kind: str, *,
    namespaced: bool = True, short: Sequence[str] = (), all_: bool = False, status: bool = False,
    more: Mapping[str, Subresource] | None = None, **rest: Any,
) -> Kind:  # fmt: skip
    name = definition_name(group, version, kind)
    subresources = {**({"status": STATUS} if status else {}), **(more or {})}
    categories = ("all",) if all_ else rest.pop("categories", ())
    return Kind(
        resource=Resource(group, plural, kind, namespaced, (version,)),
        storage_version=version,
        singular=kind.lower(),
        short_names=tuple(short),
        categories=categories,
        list_kind=f"{kind}List",
        subresources=subresources,
        merging=merging_of(group, kind),
        decode=_decoder(name),
        columns=COLUMNS.get((group, kind), COLUMNS["", ""]),
        field_names=rest.pop("field_names", field_selectors.NAMES.get((group, kind), ())),
        fields=field_selectors.FIELDS.get((group, kind), field_selectors.none),
        **rest,
    )


def _decoder(name: str) -> Callable[[Object, str], Object]:
    def decode(obj: Object, _version: str) -> Object:
        return decoded(name, obj)

    return decode


def _core() -> list[Kind]:
    def core(plural: str, kind: str, **rest: Any) -> Kind:
        return _kind("", "v1", plural, kind, **rest)

    return [
        core("bindings", "Binding", verbs=_ONLY_CREATE),
        core(
            "configmaps", "ConfigMap", short=("cm",), validate=validation.config_map,
            validate_update=validation.config_map_update,
        ),
        core("endpoints", "Endpoints", short=("ep",), default=defaults.endpoints, create_on_update=True),
        core(
            "events", "Event", short=("ev",), default=defaults.event, validate=validation.event,
            create_on_update=True,
        ),
        core(
            "limitranges", "LimitRange", short=("limits",), default=defaults.limit_range,
            create_on_update=True,
        ),
        core(
            "namespaces", "Namespace", namespaced=False, short=("ns",), status=True,
            more={"finalize": Subresource(("update",))}, verbs=_NO_COLLECTION,
            default=defaults.namespace, prepare_create=defaults.new_namespace,
            prepare_update=defaults.kept_namespace, name_problems=dns_label_problems, returns_deleted=True,
        ),
        core(
            "nodes", "Node", namespaced=False, short=("no",), status=True, default=defaults.node,
            validate=validation.node, validate_update=validation.node_update,
        ),
        core(
            "persistentvolumeclaims", "PersistentVolumeClaim", short=("pvc",), status=True,
            default=defaults.claim, prepare_create=defaults.new_claim, returns_deleted=True,
            validate=validation.claim, validate_update=validation.claim_update,
        ),
        core(
            "persistentvolumes", "PersistentVolume", namespaced=False, short=("pv",), status=True,
            default=defaults.volume, prepare_create=defaults.new_volume, returns_deleted=True,
        ),
        core(
            "pods", "Pod", short=("po",), all_=True, status=True,
            more={
                "binding": Subresource(("create",), "Binding", "", "v1"),
                "log": _GET,
                "eviction": Subresource(("create",), "Eviction", "policy", "v1beta1"),
            },
            default=workload_defaults.pod, prepare_create=workload_defaults.new_pod,
            validate=workload_validation.pod, validate_update=workload_validation.pod_update,
            grace_period=field_selectors.pod_grace_period, returns_deleted=True,
        ),
        core("podtemplates", "PodTemplate", default=workload_defaults.template),
        core(
            "replicationcontrollers", "ReplicationController", short=("rc",), all_=True, status=True,
            more={"scale": SCALE}, default=workload_defaults.replication_controller,
            prepare_create=_fresh({"replicas": 0}), counts_generation=True, orphans_by_default=True,
            validate=workload_validation.replication_controller,
        ),
        core(
            "resourcequotas", "ResourceQuota", short=("quota",), status=True, default=defaults.with_status,
            prepare_create=_fresh({}), create_on_update=True, returns_deleted=True,
        ),
        core(
            "secrets", "Secret", default=defaults.secret, validate=validation.secret,
            validate_update=validation.secret_update,
        ),
        core(
            "serviceaccounts", "ServiceAccount", short=("sa",), returns_deleted=True,
            more={"token": Subresource(("create",), "TokenRequest", "authentication.k8s.io", "v1")},
        ),
        core(
            "services", "Service", short=("svc",), all_=True, status=True, verbs=_NO_COLLECTION,
            default=defaults.service, prepare_create=defaults.new_service,
            prepare_update=defaults.kept_service, create_on_update=True,
            validate=validation.service, validate_update=validation.service_update,
            name_problems=dns_1035_label_problems,
        ),
    ]  # fmt: skip


def _apps() -> list[Kind]:
    def apps(plural: str, kind: str, **rest: Any) -> Kind:
        return _kind("apps", "v1", plural, kind, **rest)

    def batch(version: str, plural: str, kind: str, **rest: Any) -> Kind:
        return _kind("batch", version, plural, kind, all_=True, status=True, orphans_by_default=True, **rest)

    workload: dict[str, Any] = {"all_": True, "status": True, "counts_generation": True}
    return [
        apps("controllerrevisions", "ControllerRevision"),
        apps(
            "daemonsets", "DaemonSet", short=("ds",), **workload, default=workload_defaults.daemon_set,
            prepare_create=workload_defaults.new_daemon_set,
            validate=workload_validation.daemon_set, validate_update=workload_validation.selector_update,
        ),
        apps(
            "deployments", "Deployment", short=("deploy",), **workload, more={"scale": SCALE},
            default=workload_defaults.deployment, prepare_create=_fresh({}),
            validate=workload_validation.deployment, validate_update=workload_validation.selector_update,
        ),
        apps(
            "replicasets", "ReplicaSet", short=("rs",), **workload, more={"scale": SCALE},
            default=workload_defaults.replica_set, prepare_create=_fresh({"replicas": 0}),
            validate=workload_validation.replica_set, validate_update=workload_validation.selector_update,
        ),
        apps(
            "statefulsets", "StatefulSet", short=("sts",), **workload, more={"scale": SCALE},
            default=workload_defaults.stateful_set, prepare_create=_fresh({"replicas": 0}),
            validate=workload_validation.stateful_set,
            validate_update=workload_validation.stateful_set_update,
        ),
        batch(
            "v1", "jobs", "Job", default=workload_defaults.job, prepare_create=workload_defaults.new_job,
            validate=workload_validation.job, validate_update=workload_validation.job_update,
        ),
        batch(
            "v1beta1", "cronjobs", "CronJob", short=("cj",), default=workload_defaults.cron_job,
            prepare_create=_fresh({}), validate=workload_validation.cron_job,
        ),
    ]  # fmt: skip


def _others() -> list[Kind]:
    cluster: dict[str, Any] = {"namespaced": False}
    rbac: dict[str, Any] = {"name_problems": path_segment_problems, "create_on_update": True}
    roles: dict[str, Any] = {**rbac, "default": defaults.role, "validate": validation.role}
    bindings: dict[str, Any] = {
        **rbac,
        "default": defaults.role_binding,
        "validate": validation.role_binding,
        "validate_update": validation.role_binding_update,
    }
    extension: dict[str, Any] = {
        "namespaced": False, "categories": ("api-extensions",), "default": defaults.webhooks,
        "validate": webhook_configurations.problems,
        "counts_generation": True, "unconditional_update": False,
    }  # fmt: skip
    return [
        _kind(
            "admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations",
            "MutatingWebhookConfiguration", **extension,
        ),
        _kind(
            "admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations",
            "ValidatingWebhookConfiguration", **extension,
        ),
        _kind(
            "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", **cluster,
            short=("crd", "crds"), status=True, categories=("api-extensions",), default=crd.default,
            prepare_create=crd.prepare_create, validate=crd.problems,
            deletion_finalizer=crd.FINALIZER, validate_update=crd.update_problems,
            counts_generation=True, unconditional_update=False,
        ),
        _kind(
            "autoscaling", "v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", short=("hpa",),
            all_=True, status=True, default=defaults.autoscaler,
        ),
        _kind(
            "certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest",
            **cluster, short=("csr",), status=True, more={"approval": STATUS},
            default=defaults.signing_request, prepare_create=_fresh({}),
            validate=validation.signing_request, prepare_update=validation.kept_signing_request,
        ),
        _kind(
            "coordination.k8s.io", "v1", "leases", "Lease", default=defaults.lease, validate=validation.lease,
            create_on_update=True, unconditional_update=False,
        ),
        _kind("discovery.k8s.io", "v1beta1", "endpointslices", "EndpointSlice", counts_generation=True),
        events_v1.kind(_kind("events.k8s.io", "v1", "events", "Event", short=("ev",), create_on_update=True)),
        _kind("networking.k8s.io", "v1", "ingressclasses", "IngressClass", **cluster, counts_generation=True),
        _kind(
            "networking.k8s.io", "v1", "ingresses", "Ingress", short=("ing",), status=True,
            default=defaults.ingress, counts_generation=True, prepare_create=_fresh({"loadBalancer": {}}),
        ),
        _kind(
            "networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", short=("netpol",),
            default=defaults.network_policy, counts_generation=True,
        ),
        _kind("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", **cluster),
        _kind(
            "policy", "v1beta1", "poddisruptionbudgets", "PodDisruptionBudget", short=("pdb",), status=True,
            default=defaults.disruption_budget, counts_generation=True, unconditional_update=False,
        ),
        _kind(RBAC, "v1", "clusterrolebindings", "ClusterRoleBinding", **cluster, **bindings),
        _kind(RBAC, "v1", "clusterroles", "ClusterRole", **cluster, **roles),
        _kind(RBAC, "v1", "rolebindings", "RoleBinding", **bindings),
        _kind(RBAC, "v1", "roles", "Role", **roles),
        _kind(
            "scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", **cluster, short=("pc",),
            default=defaults.priority_class, counts_generation=True,
        ),
        _kind("storage.k8s.io", "v1", "csidrivers", "CSIDriver", **cluster),
        _kind("storage.k8s.io", "v1", "csinodes", "CSINode", **cluster),
        _kind(
            "storage.k8s.io", "v1", "storageclasses", "StorageClass", **cluster, short=("sc",),
            default=defaults.storage_class, validate=validation.storage_class, returns_deleted=True,
        ),
        _kind(
            "storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", **cluster, status=True,
            default=defaults.with_status,
        ),
    ]  # fmt: skip


def _reviews() -> list[Kind]:
    authentication, authorization = "authentication.k8s.io", "authorization.k8s.io"
    return [
        _kind(authentication, "v1", "tokenreviews", "TokenReview", namespaced=False, verbs=_ONLY_CREATE),
        _kind(
            authorization, "v1", "localsubjectaccessreviews", "LocalSubjectAccessReview", verbs=_ONLY_CREATE
        ),
        *(
            _kind(authorization, "v1", f"{kind.lower()}s", kind, namespaced=False, verbs=_ONLY_CREATE)
            for kind in ("SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview")
        ),
    ]


def _fresh(status: Object) -> Callable[[Object], None]:
    """`prepare_create` that resets the status."""

    def prepare(obj: Object) -> None:
        obj["status"] = dict(status)

    return prepare

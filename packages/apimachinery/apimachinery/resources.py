"""Kubernetes' own resources and their paths on the API server.

A `Resource` has no fixed version: discovery finds the served ones, and `Resource.versions` lists the
supported ones in order of preference. Source: Kubernetes API conventions.
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec


class Resource(msgspec.Struct, frozen=True):
    """A group-resource: group, plural, kind, scope and supported versions."""

    group: str
    plural: str
    kind: str
    namespaced: bool
    versions: tuple[str, ...]

    def api_version(self, version: str) -> str:
        """The ``apiVersion`` of its objects: "v1" or "apps/v1"."""
        return f"{self.group}/{version}" if self.group else version

    def path(self, version: str, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The path of an object or collection; all segments are quoted, so a name cannot change the path."""
        parts = ["apis", self.group, version] if self.group else ["api", version]
        if namespace:
            parts += ["namespaces", namespace]
        parts.append(self.plural)
        parts += [part for part in (name, subresource) if part]
        return "/" + "/".join(quote(part, safe="") for part in parts)


def _core(plural: str, kind: str, *, namespaced: bool = True) -> Resource:
    return Resource("", plural, kind, namespaced, ("v1",))


NODES = _core("nodes", "Node", namespaced=False)
NAMESPACES = _core("namespaces", "Namespace", namespaced=False)
PODS = _core("pods", "Pod")
SERVICES = _core("services", "Service")
EVENTS = _core("events", "Event")
SECRETS = _core("secrets", "Secret")
CONFIG_MAPS = _core("configmaps", "ConfigMap")
RESOURCE_QUOTAS = _core("resourcequotas", "ResourceQuota")
SERVICE_ACCOUNTS = _core("serviceaccounts", "ServiceAccount")
LIMIT_RANGES = _core("limitranges", "LimitRange")

DEPLOYMENTS = Resource("apps", "deployments", "Deployment", True, ("v1",))
STATEFUL_SETS = Resource("apps", "statefulsets", "StatefulSet", True, ("v1",))
REPLICA_SETS = Resource("apps", "replicasets", "ReplicaSet", True, ("v1",))
DAEMON_SETS = Resource("apps", "daemonsets", "DaemonSet", True, ("v1",))
JOBS = Resource("batch", "jobs", "Job", True, ("v1",))
CRON_JOBS = Resource("batch", "cronjobs", "CronJob", True, ("v1", "v1beta1"))
NETWORK_POLICIES = Resource("networking.k8s.io", "networkpolicies", "NetworkPolicy", True, ("v1",))
LEASES = Resource("coordination.k8s.io", "leases", "Lease", True, ("v1",))
NODE_METRICS = Resource("metrics.k8s.io", "nodes", "NodeMetrics", False, ("v1beta1",))

CUSTOM_RESOURCE_DEFINITIONS = Resource(
    "apiextensions.k8s.io", "customresourcedefinitions", "CustomResourceDefinition", False, ("v1",)
)
CLUSTER_ROLES = Resource("rbac.authorization.k8s.io", "clusterroles", "ClusterRole", False, ("v1",))
CLUSTER_ROLE_BINDINGS = Resource(
    "rbac.authorization.k8s.io", "clusterrolebindings", "ClusterRoleBinding", False, ("v1",)
)
ROLES = Resource("rbac.authorization.k8s.io", "roles", "Role", True, ("v1",))
ROLE_BINDINGS = Resource("rbac.authorization.k8s.io", "rolebindings", "RoleBinding", True, ("v1",))
ACCESS_REVIEWS = Resource(
    "authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview", False, ("v1",)
)
OTHERS_ACCESS_REVIEWS = Resource(
    "authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", False, ("v1",)
)
_REGISTRATION = "admissionregistration.k8s.io"
MUTATING_WEBHOOK_CONFIGURATIONS = Resource(
    _REGISTRATION, "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", False, ("v1",)
)
VALIDATING_WEBHOOK_CONFIGURATIONS = Resource(
    _REGISTRATION, "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", False, ("v1",)
)

CERTIFICATE_REQUESTS = Resource(
    "certificates.k8s.io", "certificatesigningrequests", "CertificateSigningRequest", False, ("v1",)
)

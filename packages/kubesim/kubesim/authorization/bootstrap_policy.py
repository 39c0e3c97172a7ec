"""Bootstrap policy: the default ClusterRoles and bindings, and those of kubeadm.

Only those that are used in a simulated cluster: its controllers write as the API server, so their roles
are left out. A test compares each with that of API server v1.20.
"""

from __future__ import annotations

from typing import Any

from kubesim.authorization.rules import EVERYTHING, Rule, aggregated
from kubesim.machinery.lookup import RBAC_GROUP, Object
from kubesim.machinery.users import ANONYMOUS, AUTHENTICATED, BOOTSTRAPPERS, MASTERS, NODES, UNAUTHENTICATED

_API_VERSION = f"{RBAC_GROUP}/v1"
_AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-{}"
_BOOTSTRAPPING = {"kubernetes.io/bootstrapping": "rbac-defaults"}
_AUTO_UPDATE = {"rbac.authorization.kubernetes.io/autoupdate": "true"}

_READ = "get list watch"
_WRITE = "create delete deletecollection patch update"
_CSR = "certificates.k8s.io"


def _rule(verbs: str, group: str, resources: str, *, names: str = "") -> Rule:
    """A rule of space-separated words."""
    rule = {"verbs": verbs.split(), "apiGroups": [group], "resources": resources.split()}
    return {**rule, "resourceNames": names.split()} if names else rule


def _paths(verbs: str, paths: str) -> Rule:
    return {"verbs": verbs.split(), "nonResourceURLs": paths.split()}


_VIEW_APPS = (
    "daemonsets daemonsets/status deployments deployments/scale deployments/status {}"
    "replicasets replicasets/scale replicasets/status {}"
)
_WORKLOADS = (
    "daemonsets deployments deployments/rollback deployments/scale {}replicasets replicasets/scale {}"
)

_VIEW: tuple[Rule, ...] = (
    _rule(
        _READ,
        "",
        "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods"
        " replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status",
    ),
    _rule(
        _READ,
        "",
        "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status"
        " resourcequotas resourcequotas/status",
    ),
    _rule(_READ, "", "namespaces"),
    _rule(
        _READ,
        "apps",
        "controllerrevisions " + _VIEW_APPS.format("", "statefulsets statefulsets/scale statefulsets/status"),
    ),
    _rule(_READ, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status"),
    _rule(_READ, "batch", "cronjobs cronjobs/status jobs jobs/status"),
    _rule(
        _READ,
        "extensions",
        _VIEW_APPS.format("ingresses ingresses/status networkpolicies ", "replicationcontrollers/scale"),
    ),
    _rule(_READ, "policy", "poddisruptionbudgets poddisruptionbudgets/status"),
    _rule(_READ, "networking.k8s.io", "ingresses ingresses/status networkpolicies"),
)

_EDIT: tuple[Rule, ...] = (
    _rule(_READ, "", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy"),
    _rule("impersonate", "", "serviceaccounts"),
    _rule(_WRITE, "", "pods pods/attach pods/exec pods/portforward pods/proxy"),
    _rule(
        _WRITE,
        "",
        "configmaps endpoints persistentvolumeclaims replicationcontrollers replicationcontrollers/scale"
        " secrets serviceaccounts services services/proxy",
    ),
    _rule(_WRITE, "apps", _WORKLOADS.format("", "statefulsets statefulsets/scale")),
    _rule(_WRITE, "autoscaling", "horizontalpodautoscalers"),
    _rule(_WRITE, "batch", "cronjobs jobs"),
    _rule(
        _WRITE, "extensions", _WORKLOADS.format("ingresses networkpolicies ", "replicationcontrollers/scale")
    ),
    _rule(_WRITE, "policy", "poddisruptionbudgets"),
    _rule(_WRITE, "networking.k8s.io", "ingresses networkpolicies"),
)

_ADMIN: tuple[Rule, ...] = (
    _rule("create", "authorization.k8s.io", "localsubjectaccessreviews"),
    _rule("create delete deletecollection get list patch update watch", RBAC_GROUP, "rolebindings roles"),
)

NODE_RULES: tuple[Rule, ...] = (
    _rule("create", "authentication.k8s.io", "tokenreviews"),
    _rule("create", "authorization.k8s.io", "localsubjectaccessreviews subjectaccessreviews"),
    _rule(_READ, "", "services"),
    _rule("create get list watch", "", "nodes"),
    _rule("patch update", "", "nodes/status"),
    _rule("patch update", "", "nodes"),
    _rule("create patch update", "", "events"),
    _rule(_READ, "", "pods"),
    _rule("create delete", "", "pods"),
    _rule("patch update", "", "pods/status"),
    _rule("create", "", "pods/eviction"),
    _rule(_READ, "", "configmaps secrets"),
    _rule("get", "", "persistentvolumeclaims persistentvolumes"),
    _rule("get", "", "endpoints"),
    _rule("create get list watch", _CSR, "certificatesigningrequests"),
    _rule("create delete get patch update", "coordination.k8s.io", "leases"),
    _rule("get", "storage.k8s.io", "volumeattachments"),
    _rule("create", "", "serviceaccounts/token"),
    _rule("get patch update", "", "persistentvolumeclaims/status"),
    _rule(_READ, "storage.k8s.io", "csidrivers"),
    _rule("create delete get patch update", "storage.k8s.io", "csinodes"),
    _rule(_READ, "node.k8s.io", "runtimeclasses"),
)
"""The rules of every kubelet; the node authorizer narrows some."""

_SIGNERS = {
    "kube-apiserver-client-approver": "kubernetes.io/kube-apiserver-client",
    "kube-apiserver-client-kubelet-approver": "kubernetes.io/kube-apiserver-client-kubelet",
    "kubelet-serving-approver": "kubernetes.io/kubelet-serving",
    "legacy-unknown-approver": "kubernetes.io/legacy-unknown",
}

_RULES: dict[str, tuple[Rule, ...]] = {
    "cluster-admin": EVERYTHING,
    "system:auth-delegator": (
        _rule("create", "authentication.k8s.io", "tokenreviews"),
        _rule("create", "authorization.k8s.io", "subjectaccessreviews"),
    ),
    "system:basic-user": (
        _rule("create", "authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews"),
    ),
    "system:discovery": (
        _paths(
            "get",
            "/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/",
        ),
    ),
    "system:public-info-viewer": (_paths("get", "/healthz /livez /readyz /version /version/"),),
    "system:monitoring": (_paths("get", "/healthz /healthz/* /livez /livez/* /metrics /readyz /readyz/*"),),
    "system:service-account-issuer-discovery": (
        _paths("get", "/.well-known/openid-configuration /openid/v1/jwks"),
    ),
    "system:node": NODE_RULES,
    "system:node-bootstrapper": (_rule("create get list watch", _CSR, "certificatesigningrequests"),),
    "system:kubelet-api-admin": (
        _rule(_READ, "", "nodes"),
        _rule("proxy", "", "nodes"),
        _rule("*", "", "nodes/log nodes/metrics nodes/proxy nodes/spec nodes/stats"),
    ),
    f"system:{_CSR}:certificatesigningrequests:nodeclient": (
        _rule("create", _CSR, "certificatesigningrequests/nodeclient"),
    ),
    f"system:{_CSR}:certificatesigningrequests:selfnodeclient": (
        _rule("create", _CSR, "certificatesigningrequests/selfnodeclient"),
    ),
    **{
        f"system:{_CSR}:{name}": (_rule("approve", _CSR, "signers", names=signer),)
        for name, signer in _SIGNERS.items()
    },
}

_BINDINGS = {
    "cluster-admin": (MASTERS,),
    "system:basic-user": (AUTHENTICATED,),
    "system:discovery": (AUTHENTICATED,),
    "system:monitoring": ("system:monitoring",),
    "system:node": (),
    "system:public-info-viewer": (AUTHENTICATED, UNAUTHENTICATED),
    "system:service-account-issuer-discovery": ("system:serviceaccounts",),
}
"""ClusterRoles bound cluster-wide to groups; a binding has the name of its role."""


def defaults() -> list[Object]:
    """The default ClusterRoles and ClusterRoleBindings; aggregated roles have their rules."""
    parts = [
        _default_role("system:aggregate-to-view", _VIEW, "view"),
        _default_role("system:aggregate-to-edit", _EDIT, "edit"),
        _default_role("system:aggregate-to-admin", _ADMIN, "admin"),
    ]
    for name, joins in (("view", "edit"), ("edit", "admin"), ("admin", "")):
        selectors = [{"matchLabels": {_AGGREGATE.format(name): "true"}}]
        role = _default_role(name, tuple(aggregated(selectors, parts)), joins)
        parts.append({**role, "aggregationRule": {"clusterRoleSelectors": selectors}})
    roles = [_default_role(name, rules) for name, rules in _RULES.items()]
    bindings = [
        _marked(cluster_role_binding(name, name, *map(_group, groups))) for name, groups in _BINDINGS.items()
    ]
    return [*parts, *roles, *bindings]


def kubeadm() -> list[Object]:
    """kubeadm's roles and bindings: joining with a bootstrap token, and renewal of certificates."""
    joining = _group(f"{BOOTSTRAPPERS}:kubeadm:default-node-token")
    client = f"system:{_CSR}:certificatesigningrequests:nodeclient"
    own = f"system:{_CSR}:certificatesigningrequests:selfnodeclient"
    info = "kubeadm:bootstrap-signer-clusterinfo"
    reading = {"kind": "User", "name": ANONYMOUS, "apiGroup": RBAC_GROUP}
    return [
        cluster_role_binding("kubeadm:kubelet-bootstrap", "system:node-bootstrapper", joining),
        cluster_role_binding("kubeadm:node-autoapprove-bootstrap", client, joining),
        cluster_role_binding("kubeadm:node-autoapprove-certificate-rotation", own, _group(NODES)),
        _role("ClusterRole", "kubeadm:get-nodes", "", (_rule("get", "", "nodes"),)),
        cluster_role_binding("kubeadm:get-nodes", "kubeadm:get-nodes", joining),
        _role("Role", info, "kube-public", (_rule("get", "", "configmaps", names="cluster-info"),)),
        _binding("RoleBinding", info, "kube-public", ("Role", info), (reading,)),
    ]


def cluster_role_binding(name: str, role: str, *subjects: dict[str, str]) -> Object:
    """A ClusterRoleBinding of a ClusterRole."""
    return _binding("ClusterRoleBinding", name, "", ("ClusterRole", role), subjects)


def _group(name: str) -> dict[str, str]:
    return {"kind": "Group", "name": name, "apiGroup": RBAC_GROUP}


def _default_role(name: str, rules: tuple[Rule, ...], joins: str = "") -> Object:
    labels = {_AGGREGATE.format(joins): "true"} if joins else {}
    return _marked(_role("ClusterRole", name, "", rules), labels)


def _marked(obj: Object, labels: dict[str, str] | None = None) -> Object:
    marks = {"labels": {**_BOOTSTRAPPING, **(labels or {})}, "annotations": _AUTO_UPDATE}
    return {**obj, "metadata": {**obj["metadata"], **marks}}


def _role(kind: str, name: str, namespace: str, rules: tuple[Rule, ...]) -> Object:
    return {"apiVersion": _API_VERSION, "kind": kind, "metadata": _named(name, namespace), "rules": [*rules]}


def _binding(
    kind: str, name: str, namespace: str, role: tuple[str, str], subjects: tuple[dict[str, str], ...]
) -> Object:
    return {
        "apiVersion": _API_VERSION,
        "kind": kind,
        "metadata": _named(name, namespace),
        "roleRef": {"apiGroup": RBAC_GROUP, "kind": role[0], "name": role[1]},
        "subjects": [*subjects],
    }


def _named(name: str, namespace: str) -> dict[str, Any]:
    return {"name": name, "namespace": namespace} if namespace else {"name": name}

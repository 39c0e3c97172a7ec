"""Approval of certificate requests of joining machines: a pure decision with its reason.

A machine authenticates with a bootstrap token. The API server writes the token's id into the request, so the
tenant of a node never depends on data from the machine. `decide` covers requests made with the product's
tokens and ignores all others. The operator creates the Node before it approves, with the tenant's label,
taint and pool, so no machine runs without them. Existing Nodes count towards the limit even before their
kubelet reports. Source: docs/decisions/0029-nodes-are-made-first.md; docs/reference/openyurt.md, "Joining a
machine".
"""

from __future__ import annotations

import base64
import binascii
import re
import warnings
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from apimachinery.validation import dns_subdomain_problems
from yurt_console.rows import CertificateRequest, Condition, Node, User
from yurt_console.tenancy import naming
from yurt_console.tenancy.identity import principals
from yurt_console.tenancy.identity.principals import ADMIN, AccountState
from yurt_console.yurt.releases import Release
from yurt_console.yurt.well_known_labels import EDGE_WORKER_LABELS, TENANT_NODE_LABEL

KUBELET_SIGNER: Final = "kubernetes.io/kube-apiserver-client-kubelet"
CLIENT_SIGNER: Final = "kubernetes.io/kube-apiserver-client"
SIGNERS: Final = frozenset({KUBELET_SIGNER, CLIENT_SIGNER})
"""The signers of approved requests."""
APPROVED, DENIED, FAILED = "Approved", "Denied", "Failed"
REASON: Final = "YurtConsole"
"""``reason`` of approvals by this product."""

_NODE_USER, _NODE_GROUP = "system:node:", "system:nodes"
_HUB_GROUPS = {"openyurt:yurthub", _NODE_GROUP}
_OPENYURT_TENANT = "openyurt:tenant:"
_CLIENT_USAGES = {"digital signature", "client auth"}
_KEY_USAGE = "key encipherment"
"""Also requested for RSA keys, and by older kubelets for all keys."""
_LEAST_RSA_BITS = 2048
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
# Two blocks, headers or text around them would be read by one parser and skipped by another.
_PEM = re.compile(
    r"-----BEGIN CERTIFICATE REQUEST-----\n([A-Za-z0-9+/=\n]+)\n-----END CERTIFICATE REQUEST-----\n?"
)
_STATES = {
    AccountState.EXPIRED: ("AccountExpired", "The account's time is over; an administrator can renew it."),
    AccountState.SUSPENDED: ("AccountSuspended", "An administrator has suspended the account."),
    AccountState.TERMINATING: ("AccountTerminating", "The account is being deleted."),
    AccountState.PENDING_APPROVAL: (
        "AccountPendingApproval",
        "An administrator has to approve the account first.",
    ),
    AccountState.PREPARING: ("AccountPreparing", "The account is not ready yet; try again in a minute."),
}


class Approve(msgspec.Struct, frozen=True):
    """Approve the request for ``node``. ``returning``: its Node exists already."""

    node: str
    tenant: str
    returning: bool


class Deny(msgspec.Struct, frozen=True):
    """Deny the request. ``message`` is for the machine's owner and holds no data of other accounts."""

    reason: str
    message: str


class Ignore(msgspec.Struct, frozen=True):
    """The request was not made with one of the product's tokens."""


Decision: TypeAlias = Approve | Deny | Ignore


class DecisionInputs(msgspec.Struct, frozen=True):
    """Inputs of a decision."""

    accounts: Mapping[str, User]
    """By name; at least the account of the token."""
    nodes: Mapping[str, str]
    """The tenant ("" for none) of each Node, by name: at least the requested one and the account's."""
    release: Release


class _Parsed(NamedTuple):
    """A certificate request."""

    csr: x509.CertificateSigningRequest
    subject: tuple[tuple[x509.ObjectIdentifier, str], ...]
    extended: bool

    def texts(self, kind: x509.ObjectIdentifier) -> list[str]:
        """The subject's attributes of one kind."""
        return [value for oid, value in self.subject if oid == kind]


def is_decided(request: CertificateRequest) -> bool:
    """Whether the request is approved, denied or failed, which is final."""
    return any(one.type in (APPROVED, DENIED, FAILED) for one in request.conditions)


def decide(request: CertificateRequest, inputs: DecisionInputs, now: datetime) -> Decision:
    """The decision at ``now`` (aware)."""
    name = naming.account_of(request)
    if not name:
        return Ignore()
    user = inputs.accounts.get(name)
    token_id = request.username.removeprefix(naming.BOOTSTRAP_USER)
    if user is None or token_id not in naming.bootstrap_ids(user.uid):
        return Deny("AccountUnknown", "The bootstrap token belongs to no account.")
    # The calendar decides, as in `plan`: the status of a renewed account may be out of date.
    account = principals.of(msgspec.structs.replace(user, expired=False), now)
    if account.state is not AccountState.READY:
        return Deny(*_STATES[account.state])
    if account.role == ADMIN:
        return Deny("AccountHasNoNodes", "An administrator's account has no nodes of its own.")
    node = _requested_node(request, name, inputs.release)
    if isinstance(node, Deny):
        return node
    if not naming.is_node_of(name, node):
        return Deny(
            "NodeNameNotAllowed",
            f"The name of a node of this account is {naming.node_prefix(name)}-NAME, as in the join script.",
        )
    owner = inputs.nodes.get(node)
    if owner == name:
        return Approve(node, name, returning=True)
    if owner is not None:
        return Deny(
            "NodeNameTaken",
            f"Another account has a node {node}; run the join script with another name.",
        )
    own = sum(each == name for each in inputs.nodes.values())
    if own >= user.max_node_num:
        return Deny(
            "NodeLimitReached",
            f"The account may have {user.max_node_num} nodes and has {own}; remove one, or ask an"
            " administrator for more.",
        )
    return Approve(node, name, returning=False)


def node_to_create(user: User, node: str, release: Release, *, pools: bool) -> dict[str, Any]:
    """The Node to create before its machine gets a certificate. ``pools``: the cluster has node pools.

    A kubelet that finds its Node keeps the labels and adds none of its ``--node-labels``. So the edge label
    is set here, too: without it OpenYurt 1.7 would convert the machine once more.
    """
    labels = {TENANT_NODE_LABEL: user.name, EDGE_WORKER_LABELS[0]: "true"}
    if pools:
        labels |= dict.fromkeys(release.pool_labels, user.name)
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": node,
            "labels": labels,
            "annotations": {naming.UID_ANNOTATION: user.uid},
        },
        "spec": {"taints": [naming.node_taint()]},
    }


def pool_labels_to_restore(node: Node, release: Release) -> dict[str, str]:
    """The pool labels to restore on a tenant's node: a kubelet may change them on its own Node.

    A node without the edge label, which an administrator gave to a tenant, needs no pool.
    """
    owner = node.labels.get(TENANT_NODE_LABEL, "")
    if not owner:
        return {}
    edge = any(node.labels.get(key) == "true" for key in EDGE_WORKER_LABELS)
    found = {label: node.labels.get(label, "") for label in release.pool_labels}
    return {label: owner for label, value in found.items() if value != owner and (value or edge)}


def condition(decision: Approve | Deny) -> Condition:
    """The condition to write to ``status.conditions`` of the request."""
    if isinstance(decision, Deny):
        return Condition(DENIED, "True", decision.reason, decision.message)
    return Condition(APPROVED, "True", REASON, f"Node {decision.node} of account {decision.tenant}.")


def node_name(request: CertificateRequest) -> str:
    """The requested node; "" when the subject is not that of a kubelet. For display only."""
    found = _parsed(request.request)
    return "" if found is None else _node_of(found)


def _requested_node(request: CertificateRequest, name: str, release: Release) -> str | Deny:
    """The name of the node, if the request has exactly the form of a kubelet's or yurthub's."""
    if request.signer not in SIGNERS:
        return Deny("SignerNotAllowed", f"A bootstrap token gets no certificate from {request.signer}.")
    found = _parsed(request.request)
    if found is None:
        return Deny("RequestMalformed", "The certificate request cannot be read.")
    organizations = found.texts(NameOID.ORGANIZATION_NAME)
    if request.signer == KUBELET_SIGNER:
        fits = organizations == [_NODE_GROUP]
    else:
        groups = {*organizations} - {f"{_OPENYURT_TENANT}{name}"}
        fits = (
            release.yurthub_requests_certificate
            and groups == _HUB_GROUPS
            and len(organizations) == len({*organizations})
        )
    if not fits or len(found.subject) != len(organizations) + 1:
        return Deny("SubjectNotAllowed", "A bootstrap token gets a certificate for a node and no other.")
    node = _node_of(found)
    if not node or dns_subdomain_problems(node):
        return Deny("NodeNameInvalid", "The subject does not hold a valid node name.")
    usages = {*request.usages}
    if len(request.usages) != len(usages) or usages - {_KEY_USAGE} != _CLIENT_USAGES:
        return Deny("UsagesNotAllowed", "A node's certificate is for client authentication only.")
    if found.extended:
        return Deny("ExtensionsNotAllowed", "A node's certificate has no other names and no extensions.")
    if not _strong(found.csr):
        return Deny("KeyNotAllowed", "The key is too weak, or the request is not signed with it.")
    return node


def _parsed(pem: str) -> _Parsed | None:
    match = _PEM.fullmatch(pem.replace("\r\n", "\n"))
    if match is None:
        return None
    try:
        csr = x509.load_der_x509_csr(base64.b64decode(match[1].replace("\n", ""), validate=True))
        with warnings.catch_warnings():  # warns of common names over 64 characters, which Go accepts
            warnings.simplefilter("ignore", UserWarning)
            subject = tuple((each.oid, str(each.value)) for each in csr.subject)
        return _Parsed(csr, subject, bool(len(csr.extensions)))
    except (binascii.Error, ValueError, UnsupportedAlgorithm, x509.DuplicateExtension):
        return None


def _node_of(found: _Parsed) -> str:
    names = found.texts(NameOID.COMMON_NAME)
    if len(names) != 1 or not names[0].startswith(_NODE_USER):
        return ""
    return names[0].removeprefix(_NODE_USER)


def _strong(csr: x509.CertificateSigningRequest) -> bool:
    try:
        key = csr.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            strong = key.key_size >= _LEAST_RSA_BITS
        elif isinstance(key, ec.EllipticCurvePublicKey):
            strong = isinstance(key.curve, _CURVES)
        else:
            strong = isinstance(key, ed25519.Ed25519PublicKey)
        return strong and csr.is_signature_valid
    except (ValueError, UnsupportedAlgorithm):
        return False

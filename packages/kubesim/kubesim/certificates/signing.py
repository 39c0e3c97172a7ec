"""CertificateSigningRequests: validation, admission, automatic approval and signing.

The built-in signers except the legacy one. Source: kubernetes.io, "Certificate Signing Requests";
pkg/apis/certificates/validation, pkg/controller/certificates, plugin/pkg/admission/certificates of
k8s.io/kubernetes v1.20.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from apimachinery.errors import StatusCause
from apimachinery.validation import dns_label_problems, dns_subdomain_problems
from kubesim.authorization.authorizer import Authorizer
from kubesim.authorization.rules import RequestAttributes
from kubesim.certificates.authority import Authority, key_usage
from kubesim.errors import field_errors, statuses
from kubesim.machinery.lookup import Object
from kubesim.machinery.users import MASTERS, NODE_PREFIX, NODES, UserInfo

GROUP, PLURAL = "certificates.k8s.io", "certificatesigningrequests"
CLIENT = "kubernetes.io/kube-apiserver-client"
KUBELET_CLIENT = "kubernetes.io/kube-apiserver-client-kubelet"
KUBELET_SERVING = "kubernetes.io/kubelet-serving"
_LEGACY = "kubernetes.io/legacy-unknown"

_KEY_USAGES = {
    "signing": "digital_signature",
    "digital signature": "digital_signature",
    "content commitment": "content_commitment",
    "key encipherment": "key_encipherment",
    "key agreement": "key_agreement",
    "data encipherment": "data_encipherment",
    "cert sign": "key_cert_sign",
    "crl sign": "crl_sign",
    "encipher only": "encipher_only",
    "decipher only": "decipher_only",
}
_EXTENDED_USAGES = {
    "any": "2.5.29.37.0",
    "server auth": ExtendedKeyUsageOID.SERVER_AUTH.dotted_string,
    "client auth": ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string,
    "code signing": ExtendedKeyUsageOID.CODE_SIGNING.dotted_string,
    "email protection": ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string,
    "s/mime": ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string,
    "ipsec end system": "1.3.6.1.5.5.7.3.5",
    "ipsec tunnel": "1.3.6.1.5.5.7.3.6",
    "ipsec user": "1.3.6.1.5.5.7.3.7",
    "timestamping": ExtendedKeyUsageOID.TIME_STAMPING.dotted_string,
    "ocsp signing": ExtendedKeyUsageOID.OCSP_SIGNING.dotted_string,
    "microsoft sgc": "1.3.6.1.4.1.311.10.3.3",
    "netscape sgc": "2.16.840.1.113730.4.1",
}
_USAGES = sorted((*_KEY_USAGES, *_EXTENDED_USAGES))
_EXACT_USAGES = {
    KUBELET_CLIENT: {"client auth", "digital signature", "key encipherment"},
    KUBELET_SERVING: {"digital signature", "key encipherment", "server auth"},
}
_DECISIONS = {"Approved", "Denied"}
_LASTING = {*_DECISIONS, "Failed"}
_CLIENT_USAGES = {"signing", "digital signature", "key encipherment", "client auth"}


class Unsignable(ValueError):
    """The signer refuses a request; the text becomes the condition's message."""


def parsed(csr: Object) -> x509.CertificateSigningRequest | None:
    """The PKCS#10 request of a CertificateSigningRequest; None for a malformed one."""
    try:
        pem = base64.b64decode((csr.get("spec") or {}).get("request") or "", validate=True)
        return x509.load_pem_x509_csr(pem)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return None


def problems(csr: Object) -> list[StatusCause]:
    """Field errors of a new CertificateSigningRequest."""
    spec = csr.get("spec") or {}
    found = []
    request, usages, signer = (
        spec.get("request") or "",
        spec.get("usages") or [],
        spec.get("signerName") or "",
    )
    decoded = parsed(csr)
    if decoded is None or not decoded.is_signature_valid:
        why = "PEM block type must be CERTIFICATE REQUEST"
        found.append(field_errors.invalid_go_value("spec.request", _go_bytes(request), why))
    if not usages:
        found.append(field_errors.required("spec.usages", "usages must be provided"))
    for place, usage in enumerate(usages):
        if usage not in _USAGES:
            found.append(field_errors.not_supported(f"spec.usages[{place}]", usage, _USAGES))
    for place, usage in enumerate(usages):
        if usage in usages[:place]:
            found.append(field_errors.duplicate(f"spec.usages[{place}]", usage))
    if not signer:
        found.append(field_errors.required("spec.signerName", "signerName must be provided"))
    elif signer == _LEGACY:
        why = "the legacy signerName is not allowed via this API version"
        found.append(field_errors.invalid_value("spec.signerName", signer, why))
    else:
        found += _signer_problems(signer)
    return found


def _signer_problems(signer: str) -> list[StatusCause]:
    field = "spec.signerName"
    domain, slash, path = signer.partition("/")
    if not slash or "/" in path:
        why = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
        return [field_errors.invalid_value(field, signer, why)]
    found = []
    for label in domain.split("."):
        if why := dns_label_problems(label):
            found.append(field_errors.invalid_value(field, domain, f'validating label "{label}": {why}'))
    if "." not in domain:
        why = "should be a domain with at least two segments separated by dots"
        found.append(field_errors.invalid_value(field, domain, why))
    for label in path.split("."):
        if why := dns_subdomain_problems(label):
            found.append(field_errors.invalid_value(field, path, f'validating label "{label}": {why}'))
    return found


def _go_bytes(encoded: str) -> str:
    try:
        value = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        value = b""
    return f"[]byte{{{', '.join(f'{byte:#x}' for byte in value)}}}" if value else "[]byte(nil)"


def requested_by(csr: Object, user: UserInfo) -> Object:
    """A new request with the requester's user info, and without a status."""
    spec_fields = {
        key: value for key, value in csr["spec"].items() if key not in ("username", "uid", "groups", "extra")
    }
    who: dict[str, Any] = {"username": user.name, "groups": [*user.groups]}
    if user.uid:
        who["uid"] = user.uid
    if user.extra:
        who["extra"] = {key: [*values] for key, values in user.extra.items()}
    return {**csr, "spec": {**spec_fields, **who}, "status": {}}


def check_subject(csr: Object) -> None:
    """CertificateSubjectRestriction: raise 403 for a client certificate with the group system:masters."""
    request = parsed(csr)
    if request is None or csr["spec"].get("signerName") != CLIENT:
        return
    if MASTERS in _texts(request.subject, NameOID.ORGANIZATION_NAME):
        why = f"use of {CLIENT} signer with {MASTERS} group is not allowed"
        raise statuses.forbidden(GROUP, PLURAL, csr["metadata"]["name"], why)


def check_signer(authorizer: Authorizer, user: UserInfo, csr: Object, verb: str) -> None:
    """Raise 403 unless the user may ``approve`` or ``sign`` for the request's signer."""
    signer = csr["spec"]["signerName"]
    domain = signer.partition("/")[0]
    for name in (signer, f"{domain}/*"):
        if authorizer.decide(user, RequestAttributes(verb, GROUP, "signers", name=name)).allowed:
            return
    why = f'user not permitted to {verb} requests with signerName "{signer}"'
    raise statuses.forbidden(GROUP, PLURAL, csr["metadata"]["name"], why)


def condition_problems(old: Object, new: Object) -> list[StatusCause]:
    """Field errors of the conditions after an update."""
    found = []
    conditions = (new.get("status") or {}).get("conditions") or []
    types = [condition.get("type", "") for condition in conditions]
    for place, condition in enumerate(conditions):
        field, kind, status = f"status.conditions[{place}]", types[place], condition.get("status", "")
        if not kind:
            found.append(field_errors.required(f"{field}.type"))
        if not status:
            found.append(field_errors.required(f"{field}.status"))
        elif kind in _LASTING and status != "True":
            found.append(field_errors.not_supported(f"{field}.status", status, ["True"]))
        elif status not in ("True", "False", "Unknown"):
            found.append(field_errors.not_supported(f"{field}.status", status, ["False", "True", "Unknown"]))
        if kind and kind in types[:place]:
            found.append(field_errors.duplicate(f"{field}.type", kind))
        if kind in _DECISIONS and set(types[: place + 1]) >= _DECISIONS:
            why = "Approved and Denied conditions are mutually exclusive"
            found.append(field_errors.invalid_value(f"{field}.type", kind, why))
    for condition in (old.get("status") or {}).get("conditions") or []:
        kind = condition["type"]
        if kind in _LASTING and kind not in types:
            why = f'updates may not remove a condition of type "{kind}"'
            found.append(field_errors.forbidden_field("status.conditions", why))
    return found


def status_problems(old: Object, new: Object) -> list[StatusCause]:
    """Field errors of a status update, which must not change the decision."""
    before, after = old.get("status") or {}, new.get("status") or {}
    found = condition_problems(old, new)
    for kind in sorted(_DECISIONS):
        if has(new, kind) and not has(old, kind):
            why = f'updates may not add a condition of type "{kind}"'
            found.append(field_errors.forbidden_field("status.conditions", why))
    held, given = before.get("certificate"), after.get("certificate")
    if given and not _is_certificate(given):
        why = "must contain at least one CERTIFICATE PEM block"
        found.append(field_errors.invalid_value("status.certificate", "<certificate data>", why))
    if held and given != held:
        why = "updates may not modify existing certificate content"
        found.append(field_errors.forbidden_field("status.certificate", why))
    return found


def _is_certificate(encoded: str) -> bool:
    try:
        return bool(x509.load_pem_x509_certificates(base64.b64decode(encoded, validate=True)))
    except (binascii.Error, ValueError):
        return False


def has(csr: Object, condition: str) -> bool:
    """Whether the request has a condition of this type."""
    return any(one["type"] == condition for one in (csr.get("status") or {}).get("conditions") or ())


def auto_approval(authorizer: Authorizer, csr: Object) -> dict[str, str] | None:
    """The Approved condition of the csrapproving controller for a kubelet's own client certificate.

    None where it leaves the request to others: another signer, a request that is not exactly a kubelet's, or
    a requester without the right to nodeclient (or selfnodeclient, for its own name).
    """
    spec, request = csr["spec"], parsed(csr)
    if request is None or spec["signerName"] != KUBELET_CLIENT or has(csr, "Approved") or has(csr, "Denied"):
        return None
    try:
        _check_kubelet_client(request, spec["usages"])
    except Unsignable:
        return None
    user = UserInfo(spec.get("username", ""), tuple(spec.get("groups") or ()), spec.get("uid", ""))
    own = _texts(request.subject, NameOID.COMMON_NAME) == [user.name]
    choices = [("selfnodeclient", "self kubelet client")] if own else []
    for subresource, what in (*choices, ("nodeclient", "kubelet client")):
        attributes = RequestAttributes("create", GROUP, PLURAL, subresource)
        if authorizer.decide(user, attributes).allowed:
            message = f"Auto approving {what} certificate after SubjectAccessReview."
            return {"type": "Approved", "status": "True", "reason": "AutoApproved", "message": message}
    return None


def signed(authority: Authority, csr: Object, now: datetime) -> bytes | None:
    """The certificate of an approved request as PEM; None for signers that are not built in.

    Raises `Unsignable` when the signer refuses it.
    """
    spec, request = csr["spec"], parsed(csr)
    checks = {CLIENT: _check_client, KUBELET_CLIENT: _check_kubelet_client, KUBELET_SERVING: _check_serving}
    check = checks.get(spec["signerName"])
    if check is None or request is None:
        return None
    check(request, spec["usages"])
    usages = set(spec["usages"])
    wanted = {_KEY_USAGES[usage]: True for usage in usages & _KEY_USAGES.keys()}
    extended = sorted(_EXTENDED_USAGES[usage] for usage in usages & _EXTENDED_USAGES.keys())
    extensions: list[tuple[x509.ExtensionType, bool]] = []
    if wanted:
        extensions.append((key_usage(**wanted), True))
    if extended:
        extensions.append((x509.ExtendedKeyUsage(map(x509.ObjectIdentifier, extended)), False))
    alternatives = _alternatives(request)
    if alternatives is not None:
        extensions.append((alternatives, False))
    return authority.sign(request.subject, request, extensions, now)


def failure(error: Unsignable) -> dict[str, str]:
    """The Failed condition of a request that its signer refused."""
    reason = "SignerValidationFailure"
    return {"type": "Failed", "status": "True", "reason": reason, "message": str(error)}


def _check_client(_: x509.CertificateSigningRequest, usages: Iterable[str]) -> None:
    for usage in usages:
        if usage not in _CLIENT_USAGES:
            raise Unsignable(f"invalid usage for client certificate: {usage}")


def _check_kubelet_client(request: x509.CertificateSigningRequest, usages: Iterable[str]) -> None:
    _check_node(request, usages, KUBELET_CLIENT)
    alternatives = _alternatives(request) or ()
    for kind, what in (
        (x509.DNSName, "DNS"),
        (x509.RFC822Name, "Email"),
        (x509.IPAddress, "IP"),
        (x509.UniformResourceIdentifier, "URI"),
    ):
        if any(isinstance(name, kind) for name in alternatives):
            raise Unsignable(f"{what} subjectAltNames are not allowed")


def _check_serving(request: x509.CertificateSigningRequest, usages: Iterable[str]) -> None:
    _check_node(request, usages, KUBELET_SERVING)
    alternatives = tuple(_alternatives(request) or ())
    if any(isinstance(name, x509.RFC822Name) for name in alternatives):
        raise Unsignable("Email subjectAltNames are not allowed")
    if any(isinstance(name, x509.UniformResourceIdentifier) for name in alternatives):
        raise Unsignable("URI subjectAltNames are not allowed")
    if not any(isinstance(name, x509.DNSName | x509.IPAddress) for name in alternatives):
        raise Unsignable("DNS or IP subjectAltName is required")


def _check_node(request: x509.CertificateSigningRequest, usages: Iterable[str], signer: str) -> None:
    """The name, group and usages of node certificates."""
    if _texts(request.subject, NameOID.ORGANIZATION_NAME) != [NODES]:
        raise Unsignable(f"subject organization is not {NODES}")
    if not any(name.startswith(NODE_PREFIX) for name in _texts(request.subject, NameOID.COMMON_NAME)):
        raise Unsignable(f"subject common name does not begin with {NODE_PREFIX}")
    exact = _EXACT_USAGES[signer]
    if set(usages) != exact:
        raise Unsignable(f"usages did not match [{' '.join(sorted(exact))}]")


def _alternatives(request: x509.CertificateSigningRequest) -> x509.SubjectAlternativeName | None:
    try:
        return request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None


def _texts(name: x509.Name, kind: x509.ObjectIdentifier) -> list[str]:
    return [str(attribute.value) for attribute in name.get_attributes_for_oid(kind)]

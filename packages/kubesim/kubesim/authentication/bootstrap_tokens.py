"""Bootstrap tokens: Secrets in kube-system for joining machines, and the signed cluster-info.

A token is ``id.secret``; its Secret is ``bootstrap-token-<id>`` of type bootstrap.kubernetes.io/token.
Source: kubernetes.io, "Authenticating with Bootstrap Tokens"; plugin/pkg/auth/authenticator/token/
bootstrap and pkg/controller/bootstrap of k8s.io/kubernetes v1.20.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from kubesim.machinery.lookup import Lookup, Object
from kubesim.machinery.users import AUTHENTICATED, BOOTSTRAP_PREFIX, BOOTSTRAPPERS, UserInfo

SECRET_TYPE = "bootstrap.kubernetes.io/token"  # noqa: S105 - a Secret's type
NAMESPACE = "kube-system"
CLUSTER_INFO = ("kube-public", "cluster-info")
_NAME_PREFIX = "bootstrap-token-"
_SIGNATURE_PREFIX = "jws-kubeconfig-"
_TOKEN = re.compile(r"([a-z0-9]{6})\.([a-z0-9]{16})")
_ID = re.compile(r"[a-z0-9]{6}")
_GROUP = re.compile(r"system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]")


def authenticate(lookup: Lookup, token: str, now: datetime) -> UserInfo | None:
    """The user of a bootstrap token; None for one that is invalid, expired or not for authentication."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    token_id, secret = match.groups()
    found = lookup.get("", "secrets", NAMESPACE, _NAME_PREFIX + token_id)
    if found is None or found.get("type") != SECRET_TYPE or "deletionTimestamp" in found["metadata"]:
        return None
    data = values(found)
    genuine = hmac.compare_digest(data.get("token-secret", "").encode(), secret.encode())
    if not genuine or data.get("token-id") != token_id or expired(data, now):
        return None
    groups = _groups(data)
    if data.get("usage-bootstrap-authentication") != "true" or groups is None:
        return None
    return UserInfo(BOOTSTRAP_PREFIX + token_id, (*groups, AUTHENTICATED))


def _groups(data: Mapping[str, str]) -> tuple[str, ...] | None:
    """The token's groups in order; None when one is not a bootstrappers' group."""
    extra = {group for group in data.get("auth-extra-groups", "").split(",") if group}
    if not all(_GROUP.fullmatch(group) for group in extra):
        return None
    return tuple(sorted({BOOTSTRAPPERS, *extra}))


def values(secret: Object) -> dict[str, str]:
    """A Secret's data as text; values that are not UTF-8 are left out."""
    decoded = {}
    for key, value in (secret.get("data") or {}).items():
        try:
            decoded[key] = base64.b64decode(value).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    return decoded


def expired(data: Mapping[str, str], now: datetime) -> bool:
    """Whether a token is expired; an unreadable expiration counts as expired."""
    text = data.get("expiration", "")
    if not text:
        return False
    try:
        ends = datetime.fromisoformat(text)
    except ValueError:
        return True
    return ends.tzinfo is None or now >= ends


def ending(secrets: Iterable[Object], now: datetime) -> list[Object]:
    """The expired token Secrets, which the token cleaner deletes."""
    return [
        secret for secret in secrets if secret.get("type") == SECRET_TYPE and expired(values(secret), now)
    ]


def signed_cluster_info(config_map: Object, secrets: Iterable[Object], now: datetime) -> Object:
    """cluster-info signed by each token for signing; the same object when nothing changes."""
    data = config_map.get("data") or {}
    kubeconfig = data.get("kubeconfig")
    if kubeconfig is None:
        return config_map
    signatures = {
        _SIGNATURE_PREFIX + token_id: jws(kubeconfig, token_id, secret)
        for token_id, secret in _signing(secrets, now)
    }
    unsigned = {key: value for key, value in data.items() if not key.startswith(_SIGNATURE_PREFIX)}
    wanted = {**unsigned, **signatures}
    return config_map if wanted == data else {**config_map, "data": wanted}


def _signing(secrets: Iterable[Object], now: datetime) -> Iterable[tuple[str, str]]:
    for secret in secrets:
        data = values(secret)
        token_id, token_secret = data.get("token-id", ""), data.get("token-secret", "")
        named = secret["metadata"]["name"] == _NAME_PREFIX + token_id and _ID.fullmatch(token_id)
        usable = secret.get("type") == SECRET_TYPE and data.get("usage-bootstrap-signing") == "true"
        if named and usable and token_secret and not expired(data, now):
            yield token_id, token_secret


def jws(content: str, token_id: str, token_secret: str) -> str:
    """kubeadm's detached JWS: HS256 over the content, with an empty payload in the middle."""
    header = _base64(msgspec.json.encode({"alg": "HS256", "kid": token_id}))
    signed = f"{header}.{_base64(content.encode())}"
    signature = hmac.new(token_secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{header}..{_base64(signature)}"


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

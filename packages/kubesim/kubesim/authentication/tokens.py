"""ServiceAccount tokens: JWTs signed RS256 with the cluster's key, bound and expiring or without end.

A TokenRequest gives a token for some seconds and audiences, optionally bound to a Pod or Secret. Before
Kubernetes 1.24, every ServiceAccount also has a Secret with a token without end.
Source: k8s.io/kubernetes, pkg/serviceaccount and pkg/registry/core/serviceaccount/storage, v1.20.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from apimachinery.errors import StatusError
from apimachinery.times import rfc3339_of_unix
from kubesim.errors import field_errors, statuses
from kubesim.machinery.lookup import Lookup, Object
from kubesim.machinery.users import UserInfo, service_account

ISSUER = "https://kubernetes.default.svc"
_LEGACY_ISSUER = "kubernetes/serviceaccount"
_LEGACY = "kubernetes.io/serviceaccount/"
_SHORTEST, _LONGEST, _USUAL = 600, 2**32, 3600
_MOST_CACHED = 4096
_BOUND_KINDS = {"Pod": "pods", "Secret": "secrets"}

SECRET_TYPE = "kubernetes.io/service-account-token"  # noqa: S105 - a Secret's type
NAME_ANNOTATION = "kubernetes.io/service-account.name"
UID_ANNOTATION = "kubernetes.io/service-account.uid"

Claims = Mapping[str, Any]


class InvalidToken(Exception):
    """A token that is forged, expired or revoked; the reason stays secret."""


class TokenKey:
    """The signing key of tokens. Verified tokens are cached by digest."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        self._public = key.public_key()
        self._verified: dict[bytes, Claims] = {}
        der = self._public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self._header = _encoded({"alg": "RS256", "kid": _base64(hashlib.sha256(der).digest())})

    @classmethod
    def generate(cls) -> TokenKey:
        """A new key."""
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=2048))

    @classmethod
    def load(cls, pem: bytes) -> TokenKey:
        """The key of `pem`. Raises ValueError."""
        key = serialization.load_pem_private_key(pem, None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("not an RSA key")
        return cls(key)

    def pem(self) -> bytes:
        """The private key as PEM, a secret."""
        return self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def sign(self, claims: Claims) -> str:
        """A signed token with these claims."""
        signed = f"{self._header}.{_encoded(claims)}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_base64(signature)}"

    def claims(self, token: str) -> Claims:
        """The claims of a token signed by this key. Raises `InvalidToken`."""
        digest = hashlib.sha256(token.encode()).digest()
        if digest not in self._verified:
            if len(self._verified) >= _MOST_CACHED:
                self._verified.clear()
            self._verified[digest] = self._verify(token)
        return self._verified[digest]

    def _verify(self, token: str) -> Claims:
        signed, _, signature = token.rpartition(".")
        header, _, payload = signed.partition(".")
        try:
            if msgspec.json.decode(_decoded(header)).get("alg") != "RS256":
                raise InvalidToken
            self._public.verify(_decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
            return msgspec.json.decode(_decoded(payload), type=dict[str, Any])
        except (InvalidSignature, ValueError, binascii.Error, msgspec.MsgspecError, AttributeError) as error:
            raise InvalidToken from error


def looks_like_token(token: str) -> bool:
    """Whether a bearer token is a JWT."""
    return token.count(".") == 2


def request(key: TokenKey, lookup: Lookup, place: tuple[str, str], review: Object, now: datetime) -> Object:
    """Answer a TokenRequest for a ServiceAccount (namespace, name). Raises `StatusError`."""
    namespace, name = place
    account = lookup.get("", "serviceaccounts", namespace, name)
    if account is None:
        raise statuses.not_found("", "serviceaccounts", name)
    spec = review.get("spec") or {}
    wanted = spec.get("expirationSeconds")
    seconds = _USUAL if wanted is None else wanted
    if not _SHORTEST <= seconds <= _LONGEST:
        raise _wrong_duration(seconds)
    audiences = list(spec.get("audiences") or [ISSUER])
    bound = spec.get("boundObjectRef")
    issued = int(now.timestamp())
    claims = {
        "aud": audiences,
        "exp": issued + seconds,
        "iat": issued,
        "iss": ISSUER,
        "kubernetes.io": {
            "namespace": namespace,
            **(_bound_claim(lookup, account, bound) if bound else {}),
            "serviceaccount": _named(account),
        },
        "nbf": issued,
        "sub": f"system:serviceaccount:{namespace}:{name}",
    }
    ends = rfc3339_of_unix(issued + seconds)
    return {
        "kind": "TokenRequest",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {**(review.get("metadata") or {}), "creationTimestamp": None},
        "spec": {"audiences": audiences, "expirationSeconds": seconds, "boundObjectRef": bound},
        "status": {"token": key.sign(claims), "expirationTimestamp": ends},
    }


def _wrong_duration(seconds: int) -> StatusError:
    short = seconds < _SHORTEST
    why = "less than 10 minutes" if short else "larger than 2^32 seconds"
    cause = field_errors.invalid_value("spec.expirationSeconds", seconds, f"may not specify a duration {why}")
    return statuses.invalid("authentication.k8s.io", "TokenRequest", "", [cause])


def _bound_claim(lookup: Lookup, account: Object, bound: Mapping[str, Any]) -> Object:
    """The claim that binds a token to a Pod or Secret. Raises `StatusError`."""
    kind, name = bound.get("kind", ""), bound.get("name", "")
    plural = _BOUND_KINDS.get(kind)
    if plural is None or bound.get("apiVersion", "v1") != "v1":
        group, _, version = bound.get("apiVersion", "").rpartition("/")
        raise statuses.bad_request(f"cannot bind token to object of type {group}/{version}, Kind={kind}")
    found = lookup.get("", plural, account["metadata"]["namespace"], name)
    if found is None:
        raise statuses.not_found("", plural, name)
    uid, uid_sent = found["metadata"]["uid"], bound.get("uid")
    if uid_sent and uid_sent != uid:
        why = (
            f"the UID in the bound object reference ({uid_sent}) does not match the UID in record."
            " The object might have been deleted and then recreated"
        )
        raise statuses.conflict("", plural, name, why)
    if plural == "pods" and found["spec"].get("serviceAccountName") != account["metadata"]["name"]:
        why = (
            f'cannot bind token for serviceaccount "{account["metadata"]["name"]}" to pod running with'
            f' different serviceaccount "{found["spec"].get("serviceAccountName", "")}"'
        )
        raise statuses.bad_request(why)
    return {kind.lower(): {"name": name, "uid": uid}}


def legacy_secret(key: TokenKey, account: Object, ca_pem: bytes, suffix: str) -> Object:
    """The token Secret of a ServiceAccount, as the token controller creates it."""
    metadata = account["metadata"]
    name = f"{metadata['name']}-token-{suffix}"
    annotations = {NAME_ANNOTATION: metadata["name"], UID_ANNOTATION: metadata["uid"]}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": metadata["namespace"], "annotations": annotations},
        "data": legacy_data(key, account, name, ca_pem),
        "type": SECRET_TYPE,
    }


def legacy_data(key: TokenKey, account: Object, secret_name: str, ca_pem: bytes) -> dict[str, str]:
    """The data of a token Secret: CA, namespace and token, in base64."""
    namespace, name = account["metadata"]["namespace"], account["metadata"]["name"]
    claims = {
        "iss": _LEGACY_ISSUER,
        f"{_LEGACY}namespace": namespace,
        f"{_LEGACY}secret.name": secret_name,
        f"{_LEGACY}service-account.name": name,
        f"{_LEGACY}service-account.uid": account["metadata"]["uid"],
        "sub": f"system:serviceaccount:{namespace}:{name}",
    }
    parts = {"ca.crt": ca_pem, "namespace": namespace.encode(), "token": key.sign(claims).encode()}
    return {part: base64.b64encode(value).decode() for part, value in parts.items()}


def authenticate(
    key: TokenKey, lookup: Lookup, token: str, now: datetime, audiences: Sequence[str] = (ISSUER,)
) -> tuple[UserInfo, tuple[str, ...]]:
    """The user of a token, and its audiences among the given ones. Raises `InvalidToken`."""
    claims = key.claims(token)
    if claims.get("iss") == _LEGACY_ISSUER:
        return _legacy_user(lookup, claims, token), tuple(audiences)
    agreed = tuple(audience for audience in audiences if audience in claims.get("aud", ()))
    timely = claims.get("nbf", 0) <= now.timestamp() < claims.get("exp", 0)
    if claims.get("iss") != ISSUER or not agreed or not timely:
        raise InvalidToken
    return _bound_user(lookup, claims["kubernetes.io"]), agreed


def _bound_user(lookup: Lookup, claims: Claims) -> UserInfo:
    namespace, account = claims["namespace"], claims["serviceaccount"]
    _existing(lookup, "serviceaccounts", namespace, account)
    extra: dict[str, tuple[str, ...]] = {}
    for kind, plural in (("secret", "secrets"), ("pod", "pods")):
        if kind in claims:
            _existing(lookup, plural, namespace, claims[kind])
            if kind == "pod":
                extra["authentication.kubernetes.io/pod-name"] = (claims[kind]["name"],)
                extra["authentication.kubernetes.io/pod-uid"] = (claims[kind]["uid"],)
    return service_account(namespace, account["name"], account["uid"], **extra)


def _legacy_user(lookup: Lookup, claims: Claims, token: str) -> UserInfo:
    namespace = claims[f"{_LEGACY}namespace"]
    account = {
        "name": claims[f"{_LEGACY}service-account.name"],
        "uid": claims[f"{_LEGACY}service-account.uid"],
    }
    secret = lookup.get("", "secrets", namespace, claims[f"{_LEGACY}secret.name"])
    held = (secret or {}).get("data", {}).get("token", "")
    if base64.b64decode(held) != token.encode():
        raise InvalidToken
    _existing(lookup, "serviceaccounts", namespace, account)
    return service_account(namespace, account["name"], account["uid"])


def _existing(lookup: Lookup, plural: str, namespace: str, claimed: Mapping[str, str]) -> None:
    found = lookup.get("", plural, namespace, claimed["name"])
    if (
        found is None
        or found["metadata"]["uid"] != claimed["uid"]
        or "deletionTimestamp" in found["metadata"]
    ):
        raise InvalidToken


def _named(obj: Object) -> dict[str, str]:
    return {"name": obj["metadata"]["name"], "uid": obj["metadata"]["uid"]}


def _encoded(value: Any) -> str:
    return _base64(msgspec.json.encode(value))


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)

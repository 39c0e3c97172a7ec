"""Parses an issued kubeconfig, to decide on renewal. Pure.

Only the token's claims are read. Nothing is verified, because the text is our own and the decision is
only whether to make a new one.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import msgspec
import yaml


class IssuedKubeconfig(msgspec.Struct, frozen=True):
    """The content of a kubeconfig, without its credential."""

    server: str
    ca: str
    """PEM, "" when there is none."""
    namespace: str
    account_uid: str
    """The uid of the ServiceAccount that the token is bound to."""
    issued: datetime
    ends: datetime


class _ServiceAccount(msgspec.Struct):
    uid: str


class _Bound(msgspec.Struct):
    serviceaccount: _ServiceAccount


class _Claims(msgspec.Struct, rename={"bound": "kubernetes.io"}):
    iat: int
    exp: int
    bound: _Bound


def read(kubeconfig: str) -> IssuedKubeconfig | None:
    """The content of ``kubeconfig``; None when it is empty or not one of ours."""
    try:
        config: Any = yaml.safe_load(kubeconfig)
        cluster = config["clusters"][0]["cluster"]
        claims = _claims(config["users"][0]["user"]["token"])
        return IssuedKubeconfig(
            server=str(cluster["server"]),
            ca=base64.b64decode(cluster.get("certificate-authority-data", "")).decode("ascii"),
            namespace=str(config["contexts"][0]["context"]["namespace"]),
            account_uid=claims.bound.serviceaccount.uid,
            issued=datetime.fromtimestamp(claims.iat, UTC),
            ends=datetime.fromtimestamp(claims.exp, UTC),
        )
    except (yaml.YAMLError, LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        return None  # msgspec's and base64's errors are ValueErrors


def _claims(token: str) -> _Claims:
    body = token.split(".")[1]
    return msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=_Claims)

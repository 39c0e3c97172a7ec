"""The webhook's keys in one Secret: the first replica creates them, any replica renews them."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Iterable
from datetime import datetime

from apimachinery.resources import SECRETS
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import AlreadyExists, Conflict, KubeError, NotFound
from yurt_console.operator.webhook import certificates
from yurt_console.operator.webhook.certificates import Keys, KeysError

_log = logging.getLogger(__name__)

SECRET_NAME = "yurt-console-webhook"  # noqa: S105 - a Secret's name
_ENTRIES = {
    "authorities": "ca.crt",
    "authority_key": "ca.key",
    "certificate": "tls.crt",
    "key": "tls.key",
}
_ATTEMPTS = 5


async def get_or_create(client: Client, namespace: str, hosts: Iterable[str], now: datetime) -> Keys:
    """The shared keys, valid for ``hosts`` at ``now`` (aware). Raises `KubeError`.

    Creates missing keys and replaces damaged or expiring ones; the webhook configuration is updated after
    that.
    """
    wanted = tuple(hosts)
    for attempt in range(_ATTEMPTS):
        try:
            secret = await client.get(SECRETS, SECRET_NAME, namespace)
        except NotFound:
            keys = certificates.fresh(wanted, now)
            try:
                await client.create(SECRETS, _secret(keys, namespace), namespace)
            except AlreadyExists:
                continue  # another replica created it first
            return keys
        found = read(secret)
        try:
            keys = certificates.renewed(found, wanted, now) if found else certificates.fresh(wanted, now)
        except KeysError as error:
            _log.warning("Secret %s/%s: %s; creating new keys", namespace, SECRET_NAME, error)
            keys = certificates.fresh(wanted, now)
        if keys == found:
            return keys
        body = _secret(keys, namespace)
        body["metadata"]["resourceVersion"] = secret["metadata"]["resourceVersion"]
        try:
            await client.replace(SECRETS, body, namespace)
        except (Conflict, NotFound):
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        _log.info("webhook: the certificate was renewed")
        return keys
    raise KubeError(f"other clients keep changing Secret {SECRET_NAME}")


def read(secret: Object) -> Keys | None:
    """The keys in a Secret; None when a part is missing."""
    data = secret.get("data") or {}
    try:
        found = {field: base64.b64decode(data[entry], validate=True) for field, entry in _ENTRIES.items()}
    except (KeyError, binascii.Error, TypeError):
        return None
    return Keys(**found)


def _secret(keys: Keys, namespace: str) -> Object:
    data = {
        entry: base64.b64encode(getattr(keys, field)).decode("ascii") for field, entry in _ENTRIES.items()
    }
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": SECRET_NAME, "namespace": namespace},
        "type": "Opaque",
        "data": data,
    }

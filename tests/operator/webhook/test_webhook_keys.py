"""The webhook's certificates: believed by clients, replaced in time, trusted without a gap, shared."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography import x509

from apimachinery.resources import SECRETS
from tests.planes.plane import Plane
from yurt_console.kube.client import Client
from yurt_console.kube.errors import NotFound
from yurt_console.kube.kubeconfig import load
from yurt_console.operator.webhook import certificates, keys
from yurt_console.operator.webhook.certificates import Keys, KeysError
from yurt_console.operator.webhook.service import load as load_into

NOW = datetime.now(UTC)
HOSTS = ("127.0.0.1", "webhook.example.com")


async def believed(keys: Keys, authorities: bytes, host: str) -> bool:
    """Whether a client that trusts only these authorities takes the keys for ``host``'s."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    load_into(serving, keys)

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=serving)
    async with server:
        port = server.sockets[0].getsockname()[1]
        trusting = ssl.create_default_context(cadata=authorities.decode())
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting, server_hostname=host)
        except ssl.SSLCertVerificationError:
            return False
        writer.close()
        return True


def end(pem: bytes) -> datetime:
    return x509.load_pem_x509_certificate(pem).not_valid_after_utc


async def test_a_client_believes_the_certificate_for_its_hosts_and_no_others() -> None:
    keys, others = certificates.fresh(HOSTS, NOW), certificates.fresh(HOSTS, NOW)
    for host in HOSTS:
        assert await believed(keys, keys.authorities, host)
    assert not await believed(keys, keys.authorities, "elsewhere.example.com")
    assert not await believed(keys, others.authorities, HOSTS[0])


def test_keys_that_are_good_are_left_as_they_are() -> None:
    keys = certificates.fresh(HOSTS, NOW)
    assert certificates.renewed(keys, HOSTS, NOW + timedelta(days=30)) == keys
    assert certificates.renewed(keys, HOSTS[:1], NOW) == keys


async def test_a_certificate_is_replaced_a_month_before_its_end_by_the_same_authority() -> None:
    keys = certificates.fresh(HOSTS, NOW - timedelta(days=65))
    later = certificates.renewed(keys, HOSTS, NOW)
    assert later.authorities == keys.authorities
    assert end(later.certificate) - NOW > timedelta(days=80)
    assert await believed(later, keys.authorities, HOSTS[1])


async def test_a_new_host_is_added_and_those_of_other_replicas_stay() -> None:
    keys = certificates.renewed(certificates.fresh(HOSTS[:1], NOW), HOSTS[1:], NOW)
    for host in HOSTS:
        assert await believed(keys, keys.authorities, host)


async def test_while_the_authority_changes_the_old_certificate_is_still_believed() -> None:
    old = certificates.renewed(certificates.fresh(HOSTS, NOW - timedelta(days=3400)), HOSTS, NOW)
    assert len(x509.load_pem_x509_certificates(old.authorities)) == 2
    before = certificates.fresh(HOSTS, NOW - timedelta(days=3400))
    before = certificates.renewed(before, HOSTS, NOW - timedelta(days=3000))
    changed = certificates.renewed(before, HOSTS, NOW)
    assert changed.authorities.endswith(before.authorities)
    assert await believed(changed, changed.authorities, HOSTS[0])
    late = certificates.renewed(changed, HOSTS, NOW + timedelta(days=3000))
    assert len(x509.load_pem_x509_certificates(late.authorities)) == 2


def test_what_is_damaged_is_said_without_showing_it() -> None:
    keys, others = certificates.fresh(HOSTS, NOW), certificates.fresh(HOSTS, NOW)
    for damaged in (
        {"authorities": b""},
        {"authorities": others.authorities},
        {"certificate": b"-----BEGIN CERTIFICATE-----"},
        {"key": others.key},
        {"key": b"secret"},
        {"authority_key": b"secret"},
    ):
        with pytest.raises(KeysError) as error:
            certificates.renewed(msgspec.structs.replace(keys, **damaged), HOSTS, NOW)
        assert "secret" not in str(error.value)
    assert "PRIVATE" not in repr(keys)


@pytest.fixture
async def client(installed: Plane) -> AsyncIterator[Client]:
    """The administrator, in a cluster where no operator has begun."""
    async with Client(load(installed.kubeconfig)) as client:
        yield client
        try:
            await client.delete(SECRETS, keys.SECRET_NAME, "yurt-console")
        except NotFound:
            return


async def test_replicas_that_start_at_once_share_the_keys_of_the_first(client: Client) -> None:
    found = await asyncio.gather(*(keys.get_or_create(client, "yurt-console", HOSTS, NOW) for _ in range(5)))
    assert all(one == found[0] for one in found)


async def test_damaged_and_ageing_keys_are_replaced_where_they_are_kept(client: Client) -> None:
    first = await keys.get_or_create(client, "yurt-console", HOSTS, NOW)
    aged = await keys.get_or_create(client, "yurt-console", HOSTS, NOW + timedelta(days=70))
    assert aged.certificate != first.certificate
    assert await keys.get_or_create(client, "yurt-console", HOSTS, NOW + timedelta(days=70)) == aged
    for data in ({"tls.key": None}, {"tls.key": "bm8="}):
        await client.merge_patch(SECRETS, keys.SECRET_NAME, {"data": data}, "yurt-console")
        mended = await keys.get_or_create(client, "yurt-console", HOSTS, NOW)
        assert mended.authorities != aged.authorities
        assert await keys.get_or_create(client, "yurt-console", HOSTS, NOW) == mended

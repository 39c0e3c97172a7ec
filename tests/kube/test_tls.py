"""Whom a client trusts, and who it says it is: certificates of servers and of ours."""

from __future__ import annotations

import ssl
from pathlib import Path

from aiohttp import web

from tests.kube.certificates import Authority
from tests.kube.fake_server import answering, server_tls, speaking
from tests.kube.talking import TOKEN, always, client, failure
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credential, Credentials, Fixed
from yurt_console.kube.errors import (
    Unreachable,
)


async def test_a_server_with_a_certificate_of_another_authority_is_not_trusted(tmp_path: Path) -> None:
    tls = server_tls(Authority.new(), tmp_path, "127.0.0.1")
    async with answering(always(lambda: web.json_response({})), tls) as server:
        credentials = Credentials(server, Fixed(Credential(TOKEN)), Authority.new().pem)
        async with Client(credentials) as kube:
            assert "certificate is not trusted" in str(await failure(kube.version()))


async def test_a_certificate_for_another_name_is_trusted_only_as_that_name(tmp_path: Path) -> None:
    authority = Authority.new()
    tls = server_tls(authority, tmp_path, "kubernetes")
    async with answering(always(lambda: web.json_response({})), tls) as server:
        async with Client(Credentials(server, ca=authority.pem)) as kube:
            assert "certificate is not trusted" in str(await failure(kube.version()))
        async with Client(Credentials(server, ca=authority.pem, server_name="kubernetes")) as kube:
            assert await kube.version() == {}
        async with Client(Credentials(server, insecure=True)) as kube:
            assert await kube.version() == {}


async def test_a_plain_server_at_an_https_address_is_unreachable() -> None:
    async with speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n") as server:
        address = server.replace("http:", "https:")
        async with client(address, timeout=5) as kube:
            assert isinstance(await failure(kube.version()), Unreachable)


class Renewed:
    """A `Source` with a client certificate that changes when told."""

    def __init__(self, *certificates: bytes) -> None:
        self.left = list(certificates)

    async def credential(self, rejected: Credential | None = None) -> Credential:
        return Credential(certificate=self.left[0])


async def test_a_renewed_client_certificate_gets_new_connections(tmp_path: Path) -> None:
    authority = Authority.new()
    tls = server_tls(authority, tmp_path, "127.0.0.1", clients=True)
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        peer = request.transport.get_extra_info("peercert")
        seen.append(next(value for ((key, value),) in peer["subject"] if key == "commonName"))
        return web.json_response({})

    source = Renewed(*(b"".join(authority.issue(name)) for name in ("first", "second", "third")))
    async with answering(handler, tls) as server:
        credentials = Credentials(server, source, authority.pem)
        async with Client(credentials) as kube:
            for _ in range(3):
                await kube.version()
                await kube.version()
                source.left.pop(0)
    assert seen == ["first", "first", "second", "second", "third", "third"]


async def test_a_server_that_demands_a_certificate_we_lack_is_unreachable(tmp_path: Path) -> None:
    authority = Authority.new()
    tls = server_tls(authority, tmp_path, "127.0.0.1", clients=True)
    assert tls.verify_mode == ssl.CERT_REQUIRED
    async with answering(always(lambda: web.json_response({})), tls) as server:
        credentials = Credentials(server, ca=authority.pem)
        async with Client(credentials) as kube:
            assert isinstance(await failure(kube.version()), Unreachable)

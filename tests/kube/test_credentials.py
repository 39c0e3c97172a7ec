"""Who we are: grants that stay, grants in files, and TLS contexts that trust the right server."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from tests.kube.certificates import Authority
from yurt_console.kube.credentials import Credential, Credentials, Fixed, TokenFile
from yurt_console.kube.errors import KubeconfigError

SECRET = "s3cret-token"


class Clock:
    """Time that only passes when told."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_a_token_file_is_read_again_after_a_minute_and_not_before(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "token"
    file.write_text("first\n")
    source = TokenFile(file, clock=clock)
    assert (await source.credential()).token == "first"
    file.write_text("second\n")
    clock.now += 59
    assert (await source.credential()).token == "first"
    clock.now += 1
    assert (await source.credential()).token == "second"


async def test_a_rejected_token_is_read_again_at_once(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "token"
    file.write_text("first")
    source = TokenFile(file, clock=clock)
    rejected = await source.credential()
    file.write_text("second")
    assert (await source.credential(rejected)).token == "second"


async def test_a_late_rejection_of_an_older_token_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("second")
    source = TokenFile(file, clock=Clock())
    await source.credential()
    file.unlink()
    assert (await source.credential(Credential("first"))).token == "second"


async def test_the_last_token_is_kept_while_its_file_cannot_be_read(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "token"
    file.write_text("first")
    source = TokenFile(file, clock=clock)
    await source.credential()
    file.unlink()
    clock.now += 100
    assert (await source.credential()).token == "first"


@pytest.mark.parametrize("content", [None, b"", b"  \n", b"\xff\xfe"])
async def test_a_token_file_without_a_token_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(KubeconfigError, match=str(file)):
        await TokenFile(file).credential()


def test_nothing_shows_a_secret_in_its_repr() -> None:
    credential = Credential(SECRET, b"-----BEGIN PRIVATE KEY-----" + SECRET.encode())
    for thing in (
        credential,
        Fixed(credential),
        Credentials("https://k:6443", Fixed(credential)),
        [credential],
    ):
        assert SECRET not in f"{thing!r} {thing}"
        assert "PRIVATE" not in repr(thing)


def test_a_server_without_tls_has_no_context() -> None:
    assert Credentials("http://127.0.0.1:8001").tls() is None


def test_only_the_clusters_own_authority_is_trusted() -> None:
    context = Credentials("https://k", ca=Authority.new().pem).tls()
    assert context is not None
    assert context.cert_store_stats()["x509"] == 1
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_an_insecure_server_is_not_checked_only_when_the_kubeconfig_says_so() -> None:
    context = Credentials("https://k", insecure=True).tls()
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)


def test_a_context_is_made_once_for_a_certificate_and_anew_for_another() -> None:
    authority = Authority.new()
    first, second = (b"".join(authority.issue("me")) for _ in range(2))
    credentials = Credentials("https://k", ca=authority.pem)
    assert credentials.tls(first) is credentials.tls(first)
    assert credentials.tls(first) is not credentials.tls(second)


@pytest.mark.parametrize(
    "ca", [b"nonsense", b"\xff", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
def test_an_authority_that_is_no_certificate_is_refused(ca: bytes) -> None:
    with pytest.raises(KubeconfigError, match="authority"):
        Credentials("https://k", ca=ca).tls()


def test_an_encrypted_key_is_refused_and_not_asked_about_on_the_terminal() -> None:
    certificate, key = Authority.new().issue("me")
    locked = serialization.load_pem_private_key(key, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"s3cret"),
    )
    with pytest.raises(KubeconfigError, match="encrypted"):
        Credentials("https://k").tls(certificate + locked)


def test_a_certificate_that_does_not_fit_its_key_is_refused_and_left_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    authority = Authority.new()
    certificate, _ = authority.issue("me")
    _, key = authority.issue("me")
    with pytest.raises(KubeconfigError, match="client certificate"):
        Credentials("https://k").tls(certificate + key)
    assert list(tmp_path.iterdir()) == []

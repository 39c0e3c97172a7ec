"""The join script: run by a real sh on a pretended machine, and held against hostile values."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.yurt.machine import Machine
from yurt_console.yurt.join import LEAVE_SCRIPT, Join, JoinError, ca_hash, endpoint, render
from yurt_console.yurt.releases import release

HASH = "sha256:" + "0f" * 32
JOIN = Join(
    server="https://203.0.113.7:6443",
    token="abcdef.0123456789abcdef",
    ca_hash=HASH,
    pool="user-a",
    node_prefix="user-a",
    release=release("v1.7.0"),
    download="https://example.com/releases",
)
BREAKOUTS = (
    "$(touch pwned)",
    "`touch pwned`",
    "';touch pwned;'",
    'a";touch pwned;"',
    "a\ntouch pwned\n",
    "a b",
    "\\",
    "*",
)
HOSTILE = st.sampled_from(BREAKOUTS) | st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1
)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine.make(tmp_path)


def changed(**fields: Any) -> Join:
    return replace(JOIN, **fields)


def test_a_machine_joins_pinned_named_and_in_its_pool(machine: Machine) -> None:
    done = machine.run(render(JOIN))
    assert done.returncode == 0, done.stderr
    [args] = machine.ran
    suffix = hashlib.sha256(b"3f2a\n").hexdigest()[:6]
    assert args == [
        "join",
        "203.0.113.7:6443",
        "--token=abcdef.0123456789abcdef",
        f"--discovery-token-ca-cert-hash={HASH}",
        "--node-type=edge",
        f"--node-name=user-a-pi-4-local-{suffix}",
        "--node-labels=apps.openyurt.io/nodepool=user-a",
        f"--cri-socket={machine.folder / 'cri.sock'}",
    ]
    assert f"joined as user-a-pi-4-local-{suffix}" in done.stdout


@pytest.mark.parametrize(("machine_says", "released"), [("x86_64", "amd64"), ("aarch64", "arm64")])
def test_the_machines_own_architecture_is_fetched(tmp_path: Path, machine_says: str, released: str) -> None:
    machine = Machine.make(tmp_path, architecture=machine_says)
    assert machine.run(render(JOIN)).returncode == 0
    assert machine.fetched[0] == f"https://example.com/releases/v1.7.0/yurtadm-v1.7.0-linux-{released}.tar.gz"


def test_a_machine_of_another_architecture_is_told_so(tmp_path: Path) -> None:
    machine = Machine.make(tmp_path, architecture="riscv64")
    done = machine.run(render(JOIN))
    assert done.returncode == 1
    assert "riscv64" in done.stderr
    assert not machine.ran


def test_a_damaged_download_is_never_run(machine: Machine) -> None:
    archive = machine.folder / "releases" / "yurtadm-v1.7.0-linux-amd64.tar.gz"
    archive.write_bytes(archive.read_bytes() + b"x")
    done = machine.run(render(JOIN))
    assert done.returncode == 1
    assert "damaged" in done.stderr
    assert not machine.ran


def test_a_release_that_lists_no_checksum_is_never_run(machine: Machine) -> None:
    (machine.folder / "releases" / "sha256sums.txt").write_text("00  another-file.tar.gz\n")
    done = machine.run(render(JOIN))
    assert done.returncode == 1
    assert "does not list" in done.stderr
    assert not machine.ran


def test_a_failed_download_says_what_it_was(machine: Machine) -> None:
    machine.stub("curl", "exit 22")
    done = machine.run(render(JOIN))
    assert done.returncode == 1
    assert "could not download https://example.com/releases/v1.7.0/" in done.stderr


def test_wget_will_do_where_curl_is_missing(machine: Machine) -> None:
    folder = machine.folder
    machine.stub("wget", f'printf "%s\\0" "$4" >>{folder}/fetched; cp "{folder}/releases/${{4##*/}}" "$3"')
    (folder / "bin" / "curl").unlink()
    for command in (
        "cat",
        "cut",
        "sha256sum",
        "mktemp",
        "rm",
        "mkdir",
        "mv",
        "tee",
        "tar",
        "gzip",
        "chmod",
        "tr",
        "ls",
        "wc",
        "cp",
        "sh",
    ):
        path = shutil.which(command, path="/usr/bin:/bin")
        assert path
        (folder / "bin" / command).symlink_to(path)
    script = render(JOIN).replace("set -eu\n", f"set -eu\nPATH={folder}/bin\n", 1)
    done = machine.run(script)
    assert done.returncode == 0, done.stderr
    assert len(machine.ran) == 1


def test_a_joined_machine_is_left_as_it_is(machine: Machine) -> None:
    assert machine.run(render(JOIN)).returncode == 0
    again = machine.run(render(JOIN))
    assert again.returncode == 0
    assert "already" in again.stdout
    assert len(machine.ran) == 1


def test_an_attempt_that_failed_is_undone_before_the_next(machine: Machine) -> None:
    machine.outcome(1)
    failed = machine.run(render(JOIN))
    assert failed.returncode == 1
    assert "run this again" in failed.stderr
    machine.outcome(0)
    assert machine.run(render(JOIN)).returncode == 0
    assert [args[0] for args in machine.ran] == ["join", "reset", "join"]
    assert "--force" in machine.ran[1]


def test_a_machine_of_another_cluster_is_left_alone(machine: Machine) -> None:
    machine.outcome(1)
    machine.run(render(changed(server="another.example:6443")))
    done = machine.run(render(JOIN))
    assert done.returncode == 1
    assert "belongs to a cluster" in done.stderr
    assert len(machine.ran) == 1


def test_no_runtime_is_said_before_anything_is_changed(machine: Machine) -> None:
    (machine.folder / "cri.sock").unlink()
    done = machine.run(render(JOIN))
    assert done.returncode == 1
    assert "containerd does not run here" in done.stderr
    assert not (machine.folder / "fetched").exists()


def test_without_root_and_sudo_nothing_is_begun(machine: Machine) -> None:
    machine.stub("id", "echo 1000")
    if shutil.which("sudo", path="/usr/bin:/bin"):
        pytest.skip("this machine has sudo")
    done = machine.run(render(JOIN))
    assert done.returncode == 1
    assert "run this as root" in done.stderr


def test_a_node_may_be_given_a_name_of_its_own(machine: Machine) -> None:
    assert machine.run(render(JOIN), "Gate 7!").returncode == 0
    assert "--node-name=user-a-gate-7" in machine.ran[0]


def test_the_longest_prefix_still_makes_a_name_kubernetes_takes(machine: Machine) -> None:
    assert machine.run(render(changed(node_prefix="p" * 40))).returncode == 0
    name = next(arg for arg in machine.ran[0] if arg.startswith("--node-name=")).removeprefix("--node-name=")
    assert len(name) <= 63


def test_an_older_release_gets_the_label_it_counts_on(machine: Machine) -> None:
    machine.release("v1.3.4")
    assert machine.run(render(changed(release=release("v1.3.4")))).returncode == 0
    assert "--node-labels=apps.openyurt.io/desired-nodepool=user-a" in machine.ran[0]


@settings(max_examples=40, deadline=None)
@given(server=HOSTILE, download=HOSTILE)
def test_no_address_breaks_out_of_the_script(server: str, download: str) -> None:
    try:
        script = render(changed(server=server, download=download))
    except JoinError:
        return
    assert subprocess.run(["sh", "-n"], input=script.encode(), check=False).returncode == 0
    with TemporaryDirectory() as folder:
        machine = Machine.make(Path(folder))
        done = machine.run(script)
        assert done.returncode == 0, done.stderr
        assert machine.ran[0][1] == endpoint(server)
        assert machine.fetched[1] == f"{download.rstrip('/')}/v1.7.0/sha256sums.txt"
        assert not (machine.folder / "pwned").exists()


@given(field=st.sampled_from(["token", "ca_hash", "pool", "node_prefix"]), value=HOSTILE)
def test_what_has_a_grammar_is_held_to_it(field: str, value: str) -> None:
    try:
        script = render(changed(**{field: value}))
    except JoinError as error:
        assert field != "token" or value not in str(error) or len(value) < 6
    else:
        assert all(character.isascii() and (character.isalnum() or character in "-.:") for character in value)
        assert value in script


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("https://203.0.113.7:6443", "203.0.113.7:6443"),
        ("https://203.0.113.7:6443/", "203.0.113.7:6443"),
        ("https://kube.example.com", "kube.example.com:443"),
        ("https://[2001:db8::1]:6443", "[2001:db8::1]:6443"),
        ("10.0.0.1:6443,10.0.0.2:6443", "10.0.0.1:6443,10.0.0.2:6443"),
    ],
)
def test_yurtadm_gets_the_server_as_host_and_port(server: str, expected: str) -> None:
    assert endpoint(server) == expected


@pytest.mark.parametrize("server", ["", "https://", "--token=x", "https://host:port", "a\0b"])
def test_a_server_that_cannot_be_one_is_refused(server: str) -> None:
    with pytest.raises(JoinError, match="host:port"):
        endpoint(server)


def test_the_token_is_in_no_repr() -> None:
    assert JOIN.token not in repr(JOIN)


def test_the_pin_is_the_digest_of_the_public_key() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kubernetes")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    expected = f"sha256:{hashlib.sha256(spki).hexdigest()}"
    assert ca_hash(certificate.public_bytes(Encoding.PEM)) == expected


@pytest.mark.parametrize(
    "pem", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_certificate_has_no_pin(pem: bytes) -> None:
    with pytest.raises(JoinError, match="PEM"):
        ca_hash(pem)


@pytest.mark.parametrize("version", ["v1.0.0", "v1.3.4", "v1.4.0", "v1.6.1", "v1.7.0"])
def test_shellcheck_finds_nothing(version: str) -> None:
    for script in (render(changed(release=release(version))), LEAVE_SCRIPT):
        done = subprocess.run(
            [Path(sys.executable).parent / "shellcheck", "-"],
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("version", ["v1.0.0", "v1.6.1", "v1.7.0"])
def test_a_machine_that_joined_leaves_and_may_join_again(machine: Machine, version: str) -> None:
    machine.release(version)
    script = render(changed(release=release(version)))
    assert machine.run(script).returncode == 0
    left = machine.run(LEAVE_SCRIPT)
    assert left.returncode == 0, left.stderr
    assert "now remove the node user-a-pi-4-local-" in left.stdout
    assert machine.ran[1] == ["reset", "--force", f"--cri-socket={machine.folder / 'cri.sock'}"]
    assert (machine.folder / "services").read_text() == "disable --now yurthub.service\n"
    assert not (machine.folder / "root/var/lib/yurt-console").exists()

    again = machine.run(LEAVE_SCRIPT)
    assert (again.returncode, "nothing to do" in again.stdout) == (0, True)
    assert machine.run(script).returncode == 0
    assert [args[0] for args in machine.ran] == ["join", "reset", "join"]


def test_an_attempt_that_failed_can_be_taken_back(machine: Machine) -> None:
    machine.outcome(1)
    failed = machine.run(render(JOIN))
    assert "The console's page of nodes tells whether it was refused" in failed.stderr
    assert machine.run(LEAVE_SCRIPT).returncode == 0
    assert [args[0] for args in machine.ran] == ["join", "reset"]


def test_a_machine_of_another_cluster_is_not_taken_out_of_it(machine: Machine) -> None:
    config = machine.folder / "root/etc/kubernetes/kubelet.conf"
    config.parent.mkdir()
    config.touch()
    done = machine.run(LEAVE_SCRIPT)
    assert done.returncode == 1
    assert "nothing was changed" in done.stderr
    assert config.exists()
    assert not machine.ran


def test_without_the_yurtadm_it_joined_with_a_machine_leaves_by_kubeadm(machine: Machine) -> None:
    assert machine.run(render(JOIN)).returncode == 0
    (machine.folder / "root/var/lib/yurt-console/yurtadm").unlink()
    machine.stub("kubeadm", f"echo $* >{machine.folder}/kubeadm-ran")
    assert machine.run(LEAVE_SCRIPT).returncode == 0
    assert (machine.folder / "kubeadm-ran").read_text().startswith("reset --force")


def test_a_reset_that_fails_is_told_and_may_be_tried_again(machine: Machine) -> None:
    assert machine.run(render(JOIN)).returncode == 0
    yurtadm = machine.folder / "root/var/lib/yurt-console/yurtadm"
    yurtadm.write_text("#!/bin/sh\nexit 1\n")
    done = machine.run(LEAVE_SCRIPT)
    assert done.returncode == 1
    assert "run this again" in done.stderr
    assert yurtadm.exists()


def test_the_leave_script_holds_no_secret() -> None:
    assert "token" not in LEAVE_SCRIPT

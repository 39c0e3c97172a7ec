"""`simulate-node`: a simulated machine joins with a join script's values, as a user types it."""

from __future__ import annotations

import asyncio
import shlex
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery.resources import NODES
from tests.cli.processes import Running
from yurt_console.cli import main
from yurt_console.cli.simulate import join_values
from yurt_console.custom_resources import USERS
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client
from yurt_console.kube.errors import KubeError
from yurt_console.tenancy.accounts import user_objects
from yurt_console.yurt import join, releases

TOKEN = "abcdef.0123456789abcdee"


async def test_a_simulated_machine_joins_by_the_reply_of_a_login_and_is_switched_off(tmp_path: Path) -> None:
    simulation = Running(
        *("simulate", "--seed", "empty", "--write-kubeconfig", "kubeconfig", "--port", "0"), cwd=tmp_path
    )
    running = [simulation]
    try:
        await asyncio.to_thread(simulation.until, "Ctrl-C stops it.")
        given = ("--kubeconfig", str(tmp_path / "kubeconfig"))
        assert await asyncio.to_thread(main.main, ["install", *given]) == 0
        running.append(Running("operator", *given, cwd=tmp_path))
        who = ("--email", "shop@example.com", "--phone", "+8613800138000", "--organization", "Shop")
        assert await asyncio.to_thread(main.main, ["users", "create", *given, *who]) == 0
        owner = user_objects.name_of("shop@example.com")
        async with Client(kubeconfig.load(tmp_path / "kubeconfig")) as admin:
            script = await _script(admin, owner)
            (tmp_path / "login.json").write_bytes(msgspec.json.encode({"spec": {"nodeAddScript": script}}))

            machine = Running(
                *("simulate-node", "--kubeconfig-from", "login.json", "--name", "shop-7"), cwd=tmp_path
            )
            running.append(machine)
            await asyncio.to_thread(machine.until, f"Node {owner}-shop-7 is Ready.")

            node = await admin.get(NODES, f"{owner}-shop-7")
            assert node["metadata"]["labels"]["apps.openyurt.io/nodepool"] == owner
            assert node["metadata"]["labels"]["node-restriction.kubernetes.io/tenant"] == owner
            ready = {one["type"]: one["status"] for one in node["status"]["conditions"]}["Ready"]
            assert ready == "True"
            assert await asyncio.to_thread(machine.interrupt) == 0
            assert "waits for the operator's answer" in machine.said
            assert "is switched off" in machine.said
            assert "Traceback" not in machine.said
            assert join_values.read(script, "x").invitation.token not in machine.said
    finally:
        for process in reversed(running):
            await asyncio.to_thread(process.kill)


async def _script(admin: Client, owner: str) -> str:
    """The join script of an account, once the operator has made it."""
    async with asyncio.timeout(30):
        while True:
            script = (await admin.get(USERS, owner))["spec"].get("nodeAddScript", "")
            if script:
                return str(script)
            await asyncio.sleep(0.1)


def test_a_machine_without_an_address_is_told_what_to_say(tmp_path: Path) -> None:
    machine = Running("simulate-node", "--name", "shop-7", cwd=tmp_path)
    try:
        assert machine.end() == 1
        assert "--kubeconfig-from FILE, or --server, --token and --ca-hash" in machine.said
    finally:
        machine.kill()


def test_a_machine_that_reaches_nobody_says_so(tmp_path: Path) -> None:
    machine = Running(
        *("simulate-node", "--server", "127.0.0.1:1", "--token", TOKEN, "--ca-hash", JOIN.ca_hash),
        cwd=tmp_path,
    )
    try:
        assert machine.end() == 1
        assert "cannot be reached" in machine.said
        assert TOKEN not in machine.said
    finally:
        machine.kill()


JOIN = join.Join(
    server="https://127.0.0.1:6443",
    token=TOKEN,
    ca_hash="sha256:" + "1" * 64,
    pool="user-abc",
    node_prefix="user-abc",
    release=releases.release("v1.7.0", "apps.openyurt.io/nodepool"),
    download="https://example.com",
)
SCRIPT = join.render(JOIN)


@pytest.mark.parametrize("text", [SCRIPT, msgspec.json.encode({"spec": {"nodeAddScript": SCRIPT}}).decode()])
def test_the_values_of_a_real_join_script_are_found_in_it_and_in_a_logins_reply(text: str) -> None:
    values = join_values.read(text, "shop-7")

    invitation = values.invitation
    assert (invitation.server, invitation.token) == ("127.0.0.1:6443", TOKEN)
    assert (invitation.ca_hash, values.name) == (JOIN.ca_hash, "user-abc-shop-7")
    assert values.labels["apps.openyurt.io/nodepool"] == "user-abc"
    assert TOKEN not in repr(values)


@given(st.text() | st.text("serv=tok'\"{}\n\\:", max_size=60))
def test_whatever_is_no_join_script_is_refused_in_words(text: str) -> None:
    with pytest.raises(KubeError, match="there is no join script in it"):
        join_values.read(text, "shop-7")


@pytest.mark.parametrize(
    ("line", "words"),
    [("token=abc", "the token is not of the form"), ("ca_hash=md5:1", "the CA's hash"),
     ("node_prefix=UPPER", "the node's name")],
)  # fmt: skip
def test_a_value_that_cannot_be_right_is_named_and_the_token_is_not(line: str, words: str) -> None:
    name = line.partition("=")[0]
    text = "\n".join(line if one.startswith(f"{name}=") else one for one in SCRIPT.splitlines())

    with pytest.raises(KubeError, match=words) as refused:
        join_values.read(text, "shop-7")
    assert "0123456789abcdee" not in str(refused.value)


def test_quoted_values_are_what_the_shell_would_make_of_them() -> None:
    label = "apps.openyurt.io/nodepool=it's"
    text = SCRIPT.replace(
        next(line for line in SCRIPT.splitlines() if line.startswith("node_labels=")),
        f"node_labels={shlex.quote(label)}",
    )

    assert join_values.read(text, "n").labels == {"apps.openyurt.io/nodepool": "it's"}

"""Join parameters, parsed from a join script or from a login's reply that holds one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import msgspec

from apimachinery.validation import dns_subdomain_problems
from kubesim.node_agent.join import Invitation, JoinError
from yurt_console.kube.errors import KubeError

_VALUE = re.compile(r"^(server|token|ca_hash|node_prefix|node_labels)=(.*)$", re.MULTILINE)
_NOTHING = "there is no join script in it"


@dataclass(frozen=True, slots=True)
class JoinValues:
    """The cluster to join, and the node's name and labels."""

    invitation: Invitation
    name: str
    labels: Mapping[str, str]


class _Spec(msgspec.Struct, frozen=True):
    script: str = msgspec.field(default="", name="nodeAddScript")


class _Login(msgspec.Struct, frozen=True):
    spec: _Spec = _Spec()


def read(text: str, name: str) -> JoinValues:
    """The values in a join script, or in the reply of ``GET /login``; ``name`` ends the node's name.

    Raises `KubeError`; its text never holds the token.
    """
    if text.lstrip().startswith("{"):
        try:
            text = msgspec.json.decode(text, type=_Login).spec.script
        except msgspec.MsgspecError:
            raise KubeError(_NOTHING) from None
    try:
        found = {match[1]: "".join(shlex.split(match[2])) for match in _VALUE.finditer(text)}
    except ValueError:
        raise KubeError(_NOTHING) from None
    if not {"server", "token", "ca_hash", "node_prefix"} <= found.keys():
        raise KubeError(_NOTHING)
    pairs = (pair.partition("=") for pair in found.get("node_labels", "").split(",") if pair)
    labels = {key: value for key, _, value in pairs}
    return checked(
        found["server"], found["token"], found["ca_hash"], f"{found['node_prefix']}-{name}", labels
    )


def checked(
    server: str, token: str, ca_hash: str, name: str, labels: Mapping[str, str] = MappingProxyType({})
) -> JoinValues:
    """Validated parameters. Raises `KubeError` for one that cannot be valid."""
    try:
        invitation = Invitation(server, token, ca_hash)
    except JoinError as error:
        raise KubeError(str(error)) from None
    if problems := dns_subdomain_problems(name):
        raise KubeError(f"the node's name: {problems}")
    return JoinValues(invitation, name, labels)

"""User: wire struct and row."""

from __future__ import annotations

from typing import Final

import msgspec

from yurt_console.cache.decoding import Decoder
from yurt_console.cache.wire.meta import ObjectMeta, WireCondition, conditions, seconds
from yurt_console.rows import DEFAULT_PODS, User


class _UserQuota(msgspec.Struct, gc=False):
    cpu: str = ""
    memory: str = ""
    pods: int = DEFAULT_PODS


class _UserSpec(msgspec.Struct, gc=False, rename="camel"):
    email: str = ""
    mobilephone: str = ""
    organization: str = ""
    role: str = ""
    approved: bool = False
    suspended: bool = False
    suspension_reason: str = ""
    valid_period: int = 0
    max_node_num: int = 0
    namespace: str = ""
    token: str = ""
    token_generation: int = 0
    kube_config: str = ""
    node_add_script: str = ""
    quota: _UserQuota | None = None


class _UserStatus(msgspec.Struct, gc=False, rename="camel"):
    node_num: int = 0
    nodes: list[str] | None = None
    effective_time: str | None = None
    expired: bool = False
    message: str = ""
    conditions: list[WireCondition] | None = None


class WireUser(msgspec.Struct, gc=False):
    """user.openyurt.io User on the wire."""

    metadata: ObjectMeta
    spec: _UserSpec | None = None
    status: _UserStatus | None = None


def user(wire: WireUser) -> User:
    """The row of a User."""
    spec, status = wire.spec or _UserSpec(), wire.status or _UserStatus()
    quota = spec.quota or _UserQuota()
    return User(
        *wire.metadata.identity(),
        spec.email,
        spec.mobilephone,
        spec.organization,
        spec.role,
        spec.approved,
        spec.suspended,
        spec.valid_period,
        spec.max_node_num,
        spec.namespace,
        spec.token,
        spec.token_generation,
        spec.kube_config,
        spec.node_add_script,
        status.node_num,
        seconds(status.effective_time),
        status.expired,
        status.message,
        conditions(status.conditions),
        bool(wire.metadata.deletion_timestamp),
        tuple(status.nodes or ()),
        spec.suspension_reason,
        quota.cpu,
        quota.memory,
        quota.pods,
    )


USERS: Final = Decoder(WireUser, user)

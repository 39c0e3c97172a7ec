"""Structs for the parts of a Pod that admission reads. A part of the wrong type fails the decoding.

The API server has decoded and encoded every object before it calls the webhook, so field names have one
spelling only. ``null`` means missing, as it does there.
"""

from __future__ import annotations

from typing import Any

import msgspec


class _Part(msgspec.Struct, frozen=True, rename="camel"):
    pass


class WindowsOptions(_Part, frozen=True):
    """``securityContext.windowsOptions``."""

    host_process: bool | None = None


class SELinuxOptions(_Part, frozen=True):
    """``securityContext.seLinuxOptions``."""

    type: str | None = None
    user: str | None = None
    role: str | None = None


class Profile(_Part, frozen=True):
    """A seccomp or AppArmor profile."""

    type: str | None = None


class Capabilities(_Part, frozen=True):
    """``securityContext.capabilities``."""

    add: tuple[str, ...] | None = None


class SecurityContext(_Part, frozen=True):
    """``securityContext`` of a container."""

    privileged: bool | None = None
    proc_mount: str | None = None
    capabilities: Capabilities | None = None
    seccomp_profile: Profile | None = None
    app_armor_profile: Profile | None = None
    se_linux_options: SELinuxOptions | None = msgspec.field(name="seLinuxOptions", default=None)
    windows_options: WindowsOptions | None = None


class Sysctl(_Part, frozen=True):
    """An entry of ``securityContext.sysctls``: a kernel parameter."""

    name: str = ""


class PodSecurityContext(SecurityContext, frozen=True):
    """``securityContext`` of a pod: defaults of its containers, and sysctls."""

    sysctls: tuple[Sysctl, ...] | None = None


class Port(_Part, frozen=True):
    """An entry of ``ports`` of a container."""

    host_port: int | None = None


class Address(_Part, frozen=True):
    """``httpGet`` or ``tcpSocket``: the target of a handler; without a host it is the pod itself."""

    host: str | None = None


class Handler(_Part, frozen=True):
    """A probe or a lifecycle hook."""

    http_get: Address | None = None
    tcp_socket: Address | None = None


class Lifecycle(_Part, frozen=True):
    """``lifecycle`` of a container."""

    post_start: Handler | None = None
    pre_stop: Handler | None = None


class Container(_Part, frozen=True):
    """A container, init container or ephemeral container."""

    name: str = ""
    security_context: SecurityContext | None = None
    ports: tuple[Port, ...] | None = None
    liveness_probe: Handler | None = None
    readiness_probe: Handler | None = None
    startup_probe: Handler | None = None
    lifecycle: Lifecycle | None = None


class Volume(_Part, frozen=True):
    """An entry of ``volumes``, reduced to ``hostPath``."""

    name: str = ""
    host_path: dict[str, Any] | None = None


class Toleration(_Part, frozen=True):
    """An entry of ``tolerations``."""

    key: str | None = None
    operator: str | None = None
    value: str | None = None
    effect: str | None = None


class PodSpec(_Part, frozen=True):
    """``spec`` of a Pod or of a template."""

    containers: tuple[Container, ...] | None = None
    init_containers: tuple[Container, ...] | None = None
    ephemeral_containers: tuple[Container, ...] | None = None
    volumes: tuple[Volume, ...] | None = None
    security_context: PodSecurityContext | None = None
    host_network: bool | None = None
    host_pid: bool | None = msgspec.field(name="hostPID", default=None)
    host_ipc: bool | None = msgspec.field(name="hostIPC", default=None)
    node_name: str | None = None
    node_selector: dict[str, str] | None = None
    tolerations: tuple[Toleration, ...] | None = None


class Metadata(_Part, frozen=True):
    """``metadata``."""

    annotations: dict[str, str] | None = None


class Pod(_Part, frozen=True):
    """A Pod or a template of one."""

    metadata: Metadata | None = None
    spec: PodSpec | None = None


class EphemeralContainers(_Part, frozen=True):
    """The body of ``pods/ephemeralcontainers`` before Kubernetes 1.22; later it is a Pod."""

    ephemeral_containers: tuple[Container, ...] | None = None


def read(found: Any) -> Pod:
    """Decode a Pod or a pod template. Raises `msgspec.ValidationError`."""
    return msgspec.convert(found, Pod)

"""Pod Security Standard "baseline" in its newest version, checked on every release of Kubernetes.

Kubernetes enforces it from 1.23 on, in namespaces with the label. Before that this module is the only check.
Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
"""

from __future__ import annotations

from collections.abc import Iterator

from yurt_console.tenancy.admission.podspec import (
    Container,
    Handler,
    Lifecycle,
    Pod,
    PodSpec,
    Profile,
    SecurityContext,
)

CAPABILITIES = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)
"""Capabilities that a container may add: the default set of container runtimes."""
SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    }
)
"""Kernel parameters that are namespaced by pod."""
_PROFILES = (None, "", "RuntimeDefault", "Localhost")
_SE_LINUX_TYPES = (None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
APP_ARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"
SECCOMP_ANNOTATIONS = (
    "seccomp.security.alpha.kubernetes.io/",
    "container.seccomp.security.alpha.kubernetes.io/",
)
_OWN_PROFILES = ("", "runtime/default", "docker/default")


def violations(pod: Pod) -> Iterator[str]:
    """All violations of the level, each with its field."""
    yield from _annotations(pod)
    spec = pod.spec or PodSpec()
    for field, is_set in (
        ("hostNetwork", spec.host_network),
        ("hostPID", spec.host_pid),
        ("hostIPC", spec.host_ipc),
    ):
        if is_set:
            yield f"{field} shares the machine's own namespace"
    for volume in spec.volumes or ():
        if volume.host_path is not None:
            yield f'volume "{volume.name}" is a hostPath, a folder of the machine'
    if spec.security_context is not None:
        yield from _context(spec.security_context, "the pod's securityContext")
        for sysctl in spec.security_context.sysctls or ():
            if sysctl.name not in SYSCTLS:
                yield f'sysctl "{sysctl.name}" is not one of the safe ones'
    for containers in (spec.containers, spec.init_containers, spec.ephemeral_containers):
        for container in containers or ():
            yield from of_container(container)


def of_container(container: Container) -> Iterator[str]:
    """Violations of one container."""
    where = f'container "{container.name}"'
    if container.security_context is not None:
        yield from _context(container.security_context, where)
    if any(port.host_port for port in container.ports or ()):
        yield f"{where} has a hostPort, a port of the machine"
    lifecycle = container.lifecycle or Lifecycle()
    handlers = (
        container.liveness_probe,
        container.readiness_probe,
        container.startup_probe,
        lifecycle.post_start,
        lifecycle.pre_stop,
    )
    if any(map(_elsewhere, handlers)):
        yield f"{where} has a probe or lifecycle hook with a host, to which the kubelet would go"


def _context(context: SecurityContext, where: str) -> Iterator[str]:
    if context.privileged:
        yield f"{where} is privileged"
    if context.windows_options is not None and context.windows_options.host_process:
        yield f"{where} is a HostProcess"
    added = (context.capabilities and context.capabilities.add) or ()
    if forbidden := [name for name in added if name not in CAPABILITIES]:
        yield f"{where} adds capabilities {', '.join(forbidden)}"
    if context.proc_mount not in (None, "", "Default"):
        yield f'{where} asks for procMount "{context.proc_mount}"'
    yield from _profile(context.seccomp_profile, f"{where} asks for seccomp profile")
    yield from _profile(context.app_armor_profile, f"{where} asks for AppArmor profile")
    options = context.se_linux_options
    if options is not None and (options.type not in _SE_LINUX_TYPES or options.user or options.role):
        yield f"{where} sets seLinuxOptions other than a container's type"


def _profile(profile: Profile | None, words: str) -> Iterator[str]:
    if profile is not None and profile.type not in _PROFILES:
        yield f'{words} "{profile.type}"'


def _annotations(pod: Pod) -> Iterator[str]:
    """AppArmor and seccomp annotations, which apply where the field is missing."""
    annotations = (pod.metadata and pod.metadata.annotations) or {}
    for key, profile in annotations.items():
        named = key.startswith((APP_ARMOR_ANNOTATION, *SECCOMP_ANNOTATIONS))
        if named and profile not in _OWN_PROFILES and not profile.startswith("localhost/"):
            yield f'annotation {key} asks for profile "{profile}"'


def _elsewhere(handler: Handler | None) -> bool:
    targets = (handler.http_get, handler.tcp_socket) if handler is not None else ()
    return any(target is not None and target.host for target in targets)

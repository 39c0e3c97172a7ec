"""Deployment, StatefulSet, DaemonSet, Job, CronJob and Service: wire structs and rows.

Sources: apps/v1, batch/v1 and batch/v1beta1, core/v1; Kubernetes' defaults where a field is missing;
pkg/printers (makePortString, getServiceExternalIP) for the columns of a Service.
"""

from __future__ import annotations

from typing import Final

import msgspec

from yurt_console.cache.decoding import Decoder
from yurt_console.cache.wire.meta import (
    LabelSelector,
    ObjectMeta,
    PodTemplate,
    WireCondition,
    conditions,
    images,
    seconds,
)
from yurt_console.cache.wire.sharing import shared_labels, text
from yurt_console.rows import CronJob, Job, Labels, Service, Workload


class _WorkloadSpec(msgspec.Struct, gc=False):
    replicas: int | None = None
    selector: LabelSelector | None = None
    template: PodTemplate = msgspec.field(default_factory=PodTemplate)


class _WorkloadStatus(msgspec.Struct, gc=False, rename="camel"):
    observed_generation: int = 0
    replicas: int = 0
    ready_replicas: int = 0
    updated_replicas: int = 0
    available_replicas: int = 0
    conditions: list[WireCondition] | None = None


class WireWorkload(msgspec.Struct, gc=False):
    """apps/v1 Deployment or StatefulSet on the wire."""

    metadata: ObjectMeta
    spec: _WorkloadSpec = msgspec.field(default_factory=_WorkloadSpec)
    status: _WorkloadStatus = msgspec.field(default_factory=_WorkloadStatus)


def workload(wire: WireWorkload) -> Workload:
    """The row of a Deployment or StatefulSet; ``spec.replicas`` defaults to 1."""
    spec, status = wire.spec, wire.status
    return Workload(
        *wire.metadata.identity(),
        images(spec.template.spec.containers),
        1 if spec.replicas is None else spec.replicas,
        status.replicas,
        status.ready_replicas,
        status.updated_replicas,
        status.available_replicas,
        wire.metadata.generation,
        status.observed_generation,
        _match_labels(spec.selector),
        conditions(status.conditions),
        *wire.metadata.owner(),
    )


class _DaemonSetStatus(msgspec.Struct, gc=False, rename="camel"):
    observed_generation: int = 0
    desired_number_scheduled: int = 0
    current_number_scheduled: int = 0
    number_ready: int = 0
    updated_number_scheduled: int = 0
    number_available: int = 0
    conditions: list[WireCondition] | None = None


class WireDaemonSet(msgspec.Struct, gc=False):
    """apps/v1 DaemonSet on the wire."""

    metadata: ObjectMeta
    spec: _WorkloadSpec = msgspec.field(default_factory=_WorkloadSpec)
    status: _DaemonSetStatus = msgspec.field(default_factory=_DaemonSetStatus)


def daemon_set(wire: WireDaemonSet) -> Workload:
    """The row of a DaemonSet; the desired replicas are ``status.desiredNumberScheduled``."""
    spec, status = wire.spec, wire.status
    return Workload(
        *wire.metadata.identity(),
        images(spec.template.spec.containers),
        status.desired_number_scheduled,
        status.current_number_scheduled,
        status.number_ready,
        status.updated_number_scheduled,
        status.number_available,
        wire.metadata.generation,
        status.observed_generation,
        _match_labels(spec.selector),
        conditions(status.conditions),
        *wire.metadata.owner(),
    )


class _JobSpec(msgspec.Struct, gc=False):
    completions: int | None = None
    parallelism: int | None = None
    suspend: bool | None = None
    template: PodTemplate = msgspec.field(default_factory=PodTemplate)


class _JobStatus(msgspec.Struct, gc=False, rename="camel"):
    active: int = 0
    succeeded: int = 0
    failed: int = 0
    start_time: str | None = None
    completion_time: str | None = None
    conditions: list[WireCondition] | None = None


class WireJob(msgspec.Struct, gc=False):
    """batch/v1 Job on the wire."""

    metadata: ObjectMeta
    spec: _JobSpec = msgspec.field(default_factory=_JobSpec)
    status: _JobStatus = msgspec.field(default_factory=_JobStatus)


def job(wire: WireJob) -> Job:
    """The row of a Job; ``completions`` is 0 for a work queue, where the pods decide the end."""
    spec, status = wire.spec, wire.status
    return Job(
        *wire.metadata.identity(),
        images(spec.template.spec.containers),
        spec.completions or 0,
        1 if spec.parallelism is None else spec.parallelism,
        status.active,
        status.succeeded,
        status.failed,
        bool(spec.suspend),
        text(status.start_time or ""),
        text(status.completion_time or ""),
        conditions(status.conditions),
        *wire.metadata.owner(),
    )


class _JobTemplate(msgspec.Struct, gc=False):
    spec: _JobSpec = msgspec.field(default_factory=_JobSpec)


class _CronJobSpec(msgspec.Struct, gc=False, rename="camel"):
    schedule: str = ""
    suspend: bool | None = None
    job_template: _JobTemplate = msgspec.field(default_factory=_JobTemplate)


class _CronJobStatus(msgspec.Struct, gc=False, rename="camel"):
    active: list[msgspec.Raw] | None = None
    last_schedule_time: str | None = None


class WireCronJob(msgspec.Struct, gc=False):
    """batch CronJob on the wire; the fields read are equal in v1beta1 and v1."""

    metadata: ObjectMeta
    spec: _CronJobSpec = msgspec.field(default_factory=_CronJobSpec)
    status: _CronJobStatus = msgspec.field(default_factory=_CronJobStatus)


def cron_job(wire: WireCronJob) -> CronJob:
    """The row of a CronJob."""
    spec, status = wire.spec, wire.status
    return CronJob(
        *wire.metadata.identity(),
        images(spec.job_template.spec.template.spec.containers),
        text(spec.schedule),
        bool(spec.suspend),
        len(status.active or ()),
        seconds(status.last_schedule_time),
    )


class _Port(msgspec.Struct, gc=False, rename="camel"):
    port: int = 0
    node_port: int = 0
    protocol: str = "TCP"


class _ServiceSpec(msgspec.Struct, gc=False, rename="camel"):
    type: str = "ClusterIP"
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    external_ips: list[str] | None = msgspec.field(default=None, name="externalIPs")
    external_name: str = ""
    ports: list[_Port] | None = None
    selector: msgspec.Raw = msgspec.Raw()


class _Ingress(msgspec.Struct, gc=False):
    ip: str = ""
    hostname: str = ""


class _LoadBalancer(msgspec.Struct, gc=False):
    ingress: list[_Ingress] | None = None


class _ServiceStatus(msgspec.Struct, gc=False, rename="camel"):
    load_balancer: _LoadBalancer = msgspec.field(default_factory=_LoadBalancer)


class WireService(msgspec.Struct, gc=False):
    """core/v1 Service on the wire."""

    metadata: ObjectMeta
    spec: _ServiceSpec = msgspec.field(default_factory=_ServiceSpec)
    status: _ServiceStatus = msgspec.field(default_factory=_ServiceStatus)


def service(wire: WireService) -> Service:
    """The row of a Service."""
    spec = wire.spec
    return Service(
        *wire.metadata.identity(),
        text(spec.type),
        text(spec.cluster_ip),
        _external_addresses(wire),
        tuple(_port(port) for port in spec.ports or ()),
        shared_labels(spec.selector),
    )


def _external_addresses(wire: WireService) -> tuple[str, ...]:
    spec = wire.spec
    if spec.type == "ExternalName":
        return (spec.external_name,) if spec.external_name else ()
    given: list[str] = []
    if spec.type == "LoadBalancer":
        given = [each.ip or each.hostname for each in wire.status.load_balancer.ingress or ()]
    return (*given, *(spec.external_ips or ()))


def _port(port: _Port) -> str:
    if port.node_port:
        return text(f"{port.port}:{port.node_port}/{port.protocol}")
    return text(f"{port.port}/{port.protocol}")


def _match_labels(selector: LabelSelector | None) -> Labels:
    return shared_labels(msgspec.Raw() if selector is None else selector.match_labels)


WORKLOADS: Final = Decoder(WireWorkload, workload)
DAEMON_SETS: Final = Decoder(WireDaemonSet, daemon_set)
JOBS: Final = Decoder(WireJob, job)
CRON_JOBS: Final = Decoder(WireCronJob, cron_job)
SERVICES: Final = Decoder(WireService, service)

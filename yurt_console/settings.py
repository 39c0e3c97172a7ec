"""Settings: name, default, unit and purpose of each, in one table.

A setting is a field of a group of `Settings`. Its flag is ``--kebab-case``, its variable
``YURT_CONSOLE_UPPER_CASE``, and its key in the settings file (YAML, ``--settings FILE`` or
``YURT_CONSOLE_SETTINGS``) is its name, or the name of the field within a mapping named like the group.
Precedence: flags, environment, file. A test compares ``docs/settings.md`` with this table.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

REGISTRATION_MODES = ("open", "approval", "closed")
"""Values of the setting ``registration``."""
_PREFIX = "YURT_CONSOLE_"


class SettingError(ValueError):
    """An invalid setting. The text names it and never contains its value."""


def _setting(
    default: Any, unit: str, why: str, *, name: str = "", least: float = 0, most: float = math.inf
) -> Any:
    """A field of a group. ``name``: the setting's name if it differs from the field's."""
    bounds = {"least": least, "most": most}
    return dataclasses.field(default=default, metadata={"name": name, "unit": unit, "why": why, **bounds})


@dataclasses.dataclass(frozen=True, slots=True)
class ClusterSettings:
    """The cluster, and the connection to it."""

    kubeconfig: str = _setting("", "path", "cluster to use; empty: in-cluster, $KUBECONFIG, ~/.kube/config")
    context: str = _setting("", "name", "the kubeconfig's context; empty: its current one")
    namespace: str = _setting(
        "yurt-console", "name", "namespace of the console's own Secrets and ServiceAccounts"
    )
    address: str = _setting(
        "", "URL", "API server as seen by tenants; empty: as in cluster-info", name="cluster_address"
    )
    request_timeout: float = _setting(30.0, "seconds", "timeout of each request to the API server", least=0.1)


@dataclasses.dataclass(frozen=True, slots=True)
class LogSettings:
    """Logs."""

    level: str = _setting(
        "info", "level", "debug, info, warning or error; logs go to standard error", name="log_level"
    )


@dataclasses.dataclass(frozen=True, slots=True)
class ServerSettings:
    """The HTTP server of `serve`."""

    host: str = _setting(
        "127.0.0.1", "address", "address that serve listens on; the default is not reachable from outside"
    )
    port: int = _setting(8080, "port", "port that serve listens on", most=65535)
    origin: str = _setting("", "URL", "the console as seen by browsers; empty: the Host of the request")
    trusted_proxies: str = _setting(
        "", "CIDRs", "proxies with trusted X-Forwarded-For and -Proto, comma separated"
    )
    list_limit: int = _setting(1000, "rows", "most rows in one response of a list", least=1)
    change_interval: float = _setting(
        1.0, "seconds", "changes are coalesced to one event per kind in this time"
    )
    keep_alive: float = _setting(
        15.0, "seconds", "interval of comments on idle streams, so that proxies keep them open", least=0.1
    )
    streams_per_account: int = _setting(
        16, "streams", "open change streams and commands in containers, per account and replica; 0: no limit"
    )
    streams_per_address: int = _setting(
        64, "streams", "open change streams and commands in containers, per address and replica; 0: no limit"
    )


@dataclasses.dataclass(frozen=True, slots=True)
class SessionSettings:
    """Browser sessions and logins."""

    hours: int = _setting(
        12, "hours", "life of a browser session; the default is a working day", name="session_hours", least=1
    )
    login_failures_per_address: int = _setting(
        300, "per hour", "failed logins per address and replica before it has to wait; 0: no limit"
    )


@dataclasses.dataclass(frozen=True, slots=True)
class RegistrationSettings:
    """Registration of accounts."""

    mode: str = _setting(
        "open",
        "mode",
        "open: anyone registers; approval: an administrator approves each account; closed: no registration",
        name="registration",
    )
    wait: int = _setting(
        30, "seconds", "time that POST /register waits for the operator", name="registration_wait"
    )
    per_hour: int = _setting(
        600,
        "per hour",
        "registrations of all addresses per replica, 60 at once; 0: no limit",
        name="registrations",
    )
    per_hour_and_address: int = _setting(
        60, "per hour", "registrations per address; 0: no limit", name="registrations_per_address"
    )
    phone_region: str = _setting("CN", "ISO 3166", "country of phone numbers without a country code")


@dataclasses.dataclass(frozen=True, slots=True)
class AccountSettings:
    """Terms of new accounts, and the grace period."""

    valid_period: int = _setting(7, "days", "days until a new account expires", most=3650)
    grace_period: int = _setting(
        7,
        "days",
        "time after expiry in which the objects of an account stay and a renewal restores it",
        most=3650,
    )
    max_node_num: int = _setting(3, "nodes", "most nodes of a new tenant", most=1000)
    quota_cpu: str = _setting(
        "", "cores", "sum that a new tenant's pods may request, as 500m or 8; empty: no bound but its nodes"
    )
    quota_memory: str = _setting("", "bytes", "the same for memory, as 512Mi or 16Gi")
    quota_pods: int = _setting(500, "pods", "most pods of a new tenant", most=10_000)


@dataclasses.dataclass(frozen=True, slots=True)
class CacheSettings:
    """The copy of the cluster: lists, watches, probe, metrics."""

    page_size: int = _setting(
        500, "objects", "objects per page of the first list: at most 27 ms of decoding", least=1
    )
    watch_seconds: int = _setting(
        60, "seconds", "life of a watch before it is renewed; detects half-open connections", least=1
    )
    probe_interval: float = _setting(3.0, "seconds", "interval of the probe of the API server", least=0.1)
    probe_timeout: float = _setting(
        3.0, "seconds", "timeout of the probe; without an answer every list is stale", least=0.1
    )
    metrics_interval: float = _setting(30.0, "seconds", "interval of requests to metrics.k8s.io", least=0.1)
    events_per_namespace: int = _setting(
        1000,
        "events",
        "newest Events cached per namespace; an edge site can create thousands an hour",
        least=1,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class LeaderSettings:
    """Leader election of `operator`."""

    lease_duration: int = _setting(
        15, "seconds", "time without a renewal after which another replica becomes leader", least=2
    )


@dataclasses.dataclass(frozen=True, slots=True)
class WebhookSettings:
    """The admission webhook of `operator`."""

    address: str = _setting(
        "",
        "URL",
        "the webhook as seen by the API server; service: through the Service; none: no webhook;"
        " empty: service in a pod, none elsewhere",
        name="webhook_address",
    )
    host: str = _setting(
        "",
        "address",
        "address that the webhook listens on; empty: all addresses in a pod, 127.0.0.1 elsewhere",
        name="webhook_host",
    )
    port: int = _setting(
        9443,
        "port",
        "port that the webhook listens on: the target port of its Service",
        name="webhook_port",
        most=65535,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class OpenYurtSettings:
    """OpenYurt in this cluster."""

    version: str = _setting(
        "",
        "version",
        "release of yurtadm in join scripts; empty: derived from the served CRDs",
        name="openyurt_version",
    )
    download: str = _setting(
        "https://github.com/openyurtio/openyurt/releases/download",
        "URL",
        "base URL from which the join script downloads yurtadm",
        name="openyurt_download",
    )
    pool_label: str = _setting(
        "apps.openyurt.io/nodepool",
        "label",
        "the label of a node's pool, for builds of OpenYurt with another key",
    )


@dataclasses.dataclass(frozen=True, slots=True)
class MetricsSettings:
    """The metrics of `serve` and of `operator`."""

    host: str = _setting(
        "127.0.0.1",
        "address",
        "address that /metrics listens on; it requires no login",
        name="metrics_host",
    )
    port: int = _setting(
        0, "port", "port that /metrics listens on; 0: no metrics", name="metrics_port", most=65535
    )
    operator_host: str = _setting(
        "127.0.0.1",
        "address",
        "address that the operator's /metrics listens on; it requires no login",
        name="operator_metrics_host",
    )
    operator_port: int = _setting(
        0,
        "port",
        "port that the operator's /metrics listens on; 0: no metrics",
        name="operator_metrics_port",
        most=65535,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """All settings in their groups, read once by ``cli`` and passed down."""

    cluster: ClusterSettings = ClusterSettings()
    log: LogSettings = LogSettings()
    server: ServerSettings = ServerSettings()
    session: SessionSettings = SessionSettings()
    registration: RegistrationSettings = RegistrationSettings()
    account: AccountSettings = AccountSettings()
    cache: CacheSettings = CacheSettings()
    leader: LeaderSettings = LeaderSettings()
    webhook: WebhookSettings = WebhookSettings()
    openyurt: OpenYurtSettings = OpenYurtSettings()
    metrics: MetricsSettings = MetricsSettings()


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One setting: its place in `Settings` and its declaration."""

    name: str
    """Unique among all settings; flag, variable and key in the settings file derive from it."""
    group: str
    attribute: str
    default: Any
    metadata: Mapping[str, Any]


def _fields() -> Iterator[Field]:
    for group in dataclasses.fields(Settings):
        declared: Any = group.default
        for each in dataclasses.fields(declared):
            name = each.metadata["name"] or each.name
            yield Field(name, group.name, each.name, each.default, each.metadata)


FIELDS: Final[tuple[Field, ...]] = tuple(_fields())
_GROUPS: Final = frozenset(field.group for field in FIELDS)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return _PREFIX + name.upper()


def flag(name: str) -> str:
    """The command line flag of a setting."""
    return "--" + name.replace("_", "-")


def merged(*sources: Mapping[str, Any]) -> Settings:
    """Settings from mappings of name to value or text. Later mappings take precedence; None is ignored.

    The name of a group may hold a mapping of its settings: ``{"webhook": {"port": 9443}}``. Raises
    `SettingError` naming an unknown setting or one with an invalid value.
    """
    known = {field.name: field for field in FIELDS}
    values: dict[str, dict[str, Any]] = {}
    for source in sources:
        for name, value in _flat(source):
            if name not in known:
                raise SettingError(f"unknown setting {name!r}")
            if value is not None:
                field = known[name]
                values.setdefault(field.group, {})[field.attribute] = _parsed(field, value)
    defaults = Settings()
    return dataclasses.replace(
        defaults,
        **{group: dataclasses.replace(getattr(defaults, group), **own) for group, own in values.items()},
    )


def settings_of(**values: Any) -> Settings:
    """The defaults with the given settings changed. Raises `SettingError`."""
    return merged(values)


def _flat(source: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    names = {(field.group, field.attribute): field.name for field in FIELDS}
    for key, value in source.items():
        if key in _GROUPS and isinstance(value, Mapping):
            for attribute, own in value.items():
                yield names.get((key, attribute), f"{key}.{attribute}"), own
        else:
            yield key, value


def from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The settings in ``environment``, for `merged`."""
    return {
        field.name: environment[variable(field.name)]
        for field in FIELDS
        if variable(field.name) in environment
    }


def _parsed(field: Field, value: Any) -> Any:
    name = field.name
    kind: Any = type(field.default)
    if kind is str:
        if not isinstance(value, str):
            raise SettingError(f"{name} must be text")
        return value
    try:
        number = kind(str(value))
    except ValueError:
        raise SettingError(f"{name} must be {'a whole number' if kind is int else 'a number'}") from None
    least, most = field.metadata["least"], field.metadata["most"]
    if not least <= number <= most or not math.isfinite(number):
        raise SettingError(
            f"{name} must be {f'from {least} to {most}' if most < math.inf else f'at least {least}'}"
        )
    return number

"""Every setting of the product: its name, default, unit and reason, in one table.

A setting is a field of a group of `Settings`. Its flag is ``--kebab-case``, its variable
``YURT_CONSOLE_UPPER_CASE``, and its key in the settings file (YAML, ``--settings FILE`` or
``YURT_CONSOLE_SETTINGS``) is its name, or the field's within a mapping named as the group.
Later wins: file, environment, flags.
``docs/settings.md`` is held to this table by a test.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

REGISTRATION_MODES = ("open", "approval", "closed")
"""What the setting ``registration`` may be."""
_PREFIX = "YURT_CONSOLE_"


class SettingError(ValueError):
    """A setting that cannot be read; the text names it, never its value."""


def _setting(
    default: Any, unit: str, why: str, *, name: str = "", least: float = 0, most: float = math.inf
) -> Any:
    """A field of a group. ``name``: the setting's name where it is not the field's."""
    bounds = {"least": least, "most": most}
    return dataclasses.field(default=default, metadata={"name": name, "unit": unit, "why": why, **bounds})


@dataclasses.dataclass(frozen=True, slots=True)
class ClusterSettings:
    """The cluster and the connection to it."""

    kubeconfig: str = _setting("", "path", "cluster to use; empty: in-cluster, $KUBECONFIG, ~/.kube/config")
    context: str = _setting("", "name", "the kubeconfig's context; empty: its current one")
    namespace: str = _setting("yurt-console", "name", "where the console keeps its own Secrets and accounts")
    address: str = _setting(
        "", "URL", "the API server as tenants reach it; empty: as in cluster-info", name="cluster_address"
    )
    request_timeout: float = _setting(30.0, "seconds", "any single request to the API server", least=0.1)


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
        "127.0.0.1", "address", "loopback unless asked: a console is not exposed by accident"
    )
    port: int = _setting(8080, "port", "where serve listens", most=65535)
    origin: str = _setting("", "URL", "where browsers reach the console; empty: the Host they ask for")
    trusted_proxies: str = _setting(
        "", "CIDRs", "whose X-Forwarded-For and -Proto are believed, comma separated"
    )
    list_limit: int = _setting(1000, "rows", "the most rows a list gives at once", least=1)
    change_interval: float = _setting(
        1.0, "seconds", "changed events are coalesced to one a kind in this time"
    )
    keep_alive: float = _setting(
        15.0, "seconds", "a comment on quiet streams, so that proxies keep them open", least=0.1
    )
    streams_per_account: int = _setting(
        16,
        "streams",
        "change streams and commands in containers one account may have open at this replica; 0: no limit",
    )
    streams_per_address: int = _setting(
        64,
        "streams",
        "change streams and commands in containers one address may have open at this replica; 0: no limit",
    )


@dataclasses.dataclass(frozen=True, slots=True)
class SessionSettings:
    """Browser sessions and logins."""

    hours: int = _setting(
        12, "hours", "a browser's login ends after a working day", name="session_hours", least=1
    )
    login_failures_per_address: int = _setting(
        300, "per hour", "wrong logins of one address before it has to wait, at this replica; 0: no limit"
    )


@dataclasses.dataclass(frozen=True, slots=True)
class RegistrationSettings:
    """Registration of accounts."""

    mode: str = _setting(
        "open",
        "mode",
        "who may register: open: anybody; approval: an administrator approves; closed: nobody",
        name="registration",
    )
    wait: int = _setting(
        30, "seconds", "how long POST /register waits for the operator", name="registration_wait"
    )
    per_hour: int = _setting(
        600,
        "per hour",
        "accounts all addresses may register at this replica, 60 at once; 0: no limit",
        name="registrations",
    )
    per_hour_and_address: int = _setting(
        60, "per hour", "accounts one address may register; 0: no limit", name="registrations_per_address"
    )
    phone_region: str = _setting("CN", "ISO 3166", "how a phone number without a country code is read")


@dataclasses.dataclass(frozen=True, slots=True)
class AccountSettings:
    """New accounts and how accounts end."""

    valid_period: int = _setting(7, "days", "how long a new tenant's account lives", most=3650)
    grace_period: int = _setting(
        7, "days", "how long an expired account keeps what it has, and can be renewed", most=3650
    )
    max_node_num: int = _setting(3, "nodes", "how many nodes a new tenant may join", most=1000)
    quota_cpu: str = _setting(
        "", "cores", "what a new tenant's pods may request, as 500m or 8; empty: what their nodes have"
    )
    quota_memory: str = _setting("", "bytes", "the same of memory, as 512Mi or 16Gi")
    quota_pods: int = _setting(500, "pods", "how many pods a new tenant may have", most=10_000)


@dataclasses.dataclass(frozen=True, slots=True)
class CacheSettings:
    """The copy of the cluster."""

    page_size: int = _setting(500, "objects", "a page of the first list: 27 ms of decoding at most", least=1)
    watch_seconds: int = _setting(
        60, "seconds", "a watch is renewed after this; bounds a half-open connection", least=1
    )
    probe_interval: float = _setting(
        3.0, "seconds", "how often the API server is asked whether it is there", least=0.1
    )
    probe_timeout: float = _setting(3.0, "seconds", "no answer within this makes every list stale", least=0.1)
    metrics_interval: float = _setting(
        30.0, "seconds", "how often metrics.k8s.io is asked for usage", least=0.1
    )
    events_per_namespace: int = _setting(
        1000, "events", "the newest kept; an edge site can make thousands an hour", least=1
    )


@dataclasses.dataclass(frozen=True, slots=True)
class LeaderSettings:
    """Leader election of `operator`."""

    lease_duration: int = _setting(
        15, "seconds", "how long the leading operator may be silent before another takes over", least=2
    )


@dataclasses.dataclass(frozen=True, slots=True)
class WebhookSettings:
    """The admission webhook of `operator`."""

    address: str = _setting(
        "",
        "URL",
        "where the API server reaches the operator's webhook; service: as in the cluster; none: no webhook;"
        " empty: service in a pod, none elsewhere",
        name="webhook_address",
    )
    host: str = _setting(
        "",
        "address",
        "where the operator listens for the API server; empty: everywhere in a pod, 127.0.0.1 elsewhere",
        name="webhook_host",
    )
    port: int = _setting(
        9443, "port", "the same; the Service of the manifests leads there", name="webhook_port", most=65535
    )


@dataclasses.dataclass(frozen=True, slots=True)
class OpenYurtSettings:
    """OpenYurt in this cluster."""

    version: str = _setting(
        "",
        "version",
        "yurtadm's release for join scripts; empty: found from the CRDs served",
        name="openyurt_version",
    )
    download: str = _setting(
        "https://github.com/openyurtio/openyurt/releases/download",
        "URL",
        "where the join script fetches yurtadm",
        name="openyurt_download",
    )
    pool_label: str = _setting("apps.openyurt.io/nodepool", "label", "OpenYurt builds may name it otherwise")


@dataclasses.dataclass(frozen=True, slots=True)
class MetricsSettings:
    """metrics of `serve` and of `operator`."""

    host: str = _setting(
        "127.0.0.1",
        "address",
        "where serve listens for Prometheus; whoever reaches it may read /metrics",
        name="metrics_host",
    )
    port: int = _setting(0, "port", "the same; 0: no metrics", name="metrics_port", most=65535)
    operator_host: str = _setting(
        "127.0.0.1",
        "address",
        "where operator listens for Prometheus; whoever reaches it may read /metrics",
        name="operator_metrics_host",
    )
    operator_port: int = _setting(
        0, "port", "the same; 0: no metrics", name="operator_metrics_port", most=65535
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
    """Unique among all settings: of its flag, its variable and its key in the settings file."""
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
    """Settings from mappings of name to value or text; later ones win, None does not count.

    A group's name may hold a mapping of its settings: ``{"webhook": {"port": 9443}}``. Raises
    `SettingError` naming an unknown setting or one whose text is not of its type.
    """
    known = {field.name: field for field in FIELDS}
    values: dict[str, dict[str, Any]] = {}
    for source in sources:
        for name, value in _flat(source):
            if name not in known:
                raise SettingError(f"there is no setting {name!r}")
            if value is not None:
                field = known[name]
                values.setdefault(field.group, {})[field.attribute] = _parsed(field, value)
    defaults = Settings()
    return dataclasses.replace(
        defaults,
        **{group: dataclasses.replace(getattr(defaults, group), **own) for group, own in values.items()},
    )


def settings_of(**values: Any) -> Settings:
    """The defaults with these settings changed, by name. Raises `SettingError`."""
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
    """The settings that ``environment`` holds, for `merged`."""
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

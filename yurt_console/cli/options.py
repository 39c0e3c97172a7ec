"""Command line options. Flags of settings are generated from the table of settings."""

from __future__ import annotations

import argparse
import os

from yurt_console import __version__
from yurt_console import settings as table
from yurt_console.cli.simulate import options
from yurt_console.tenancy.accounts.lifecycle import Phase
from yurt_console.tenancy.identity.principals import ADMIN, TENANT

_CLUSTER = ("kubeconfig", "context", "namespace", "log_level", "request_timeout")
"""Settings that every command is about."""
_QUOTA = ("quota_cpu", "quota_memory", "quota_pods")
_ACCOUNTS = ("phone_region", "valid_period", "max_node_num", *_QUOTA)
_HANDED_OUT = ("cluster_address", "openyurt_version", "openyurt_download", "pool_label")
_WEBHOOK = ("webhook_address",)
_METRICS = ("operator_metrics_host", "operator_metrics_port")
_OPERATOR = ("grace_period", "lease_duration", *_WEBHOOK, "webhook_host", "webhook_port", *_METRICS)
_PREFIX = "setting_"
_USERS_EMAIL = table.variable("users_email")


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="yurt-console",
        description="A multi-tenant web console for OpenYurt.",
        epilog="Every flag has a YURT_CONSOLE_* variable; a file of settings is named with --settings.",
    )
    top.add_argument("--version", action="version", version=f"yurt-console {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    everything = tuple(field.name for field in table.FIELDS)
    for name, summary, settings in (
        ("install", "apply the User kind and RBAC to the cluster; idempotent", _CLUSTER),
        (
            "check",
            "diagnose the cluster: what it lacks, and the remedy",
            (*_CLUSTER, *_HANDED_OUT, *_WEBHOOK),
        ),
        ("operator", "reconcile the cluster with the accounts", (*_CLUSTER, *_HANDED_OUT, *_OPERATOR)),
        ("serve", "serve the HTTP API and the web page", everything),
    ):
        _add_settings(commands.add_parser(name, help=summary, description=f"{summary}."), settings)
    _add_users(commands.add_parser("users", help="administer accounts"))
    options.add(commands, _add_settings)
    return top


def flags(given: argparse.Namespace) -> dict[str, str | None]:
    """The settings given as flags, by name."""
    return {
        name.removeprefix(_PREFIX): value for name, value in vars(given).items() if name.startswith(_PREFIX)
    }


def _add_users(users: argparse.ArgumentParser) -> None:
    actions = users.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = actions.add_parser("create", help="make an account and print its token, once")
    for name in ("email", "phone", "organization"):
        _add_own(create, name, required=True)
    _add_own(create, "role", default=TENANT, choices=(TENANT, ADMIN))
    listing = actions.add_parser("list", help="list the accounts, without their credentials")
    _add_own(listing, "phase", choices=tuple(phase.value for phase in Phase))
    show = actions.add_parser("show", help="one account in full: its phase, what comes next and when")
    approve = actions.add_parser("approve", help="approve an account that waits for approval")
    renew = actions.add_parser("renew", help="change when an account ends")
    span = renew.add_mutually_exclusive_group(required=True)
    span.add_argument("--days", type=int, metavar="N", help="days from now; 0: no end, administrators only")
    span.add_argument("--until", metavar="TIME", help="such as 2030-01-31T12:00:00Z")
    change = actions.add_parser("set", help="change an account's limits")
    change.add_argument("--max-node-num", type=int, metavar="N", help="nodes it may join")
    change.add_argument("--quota-cpu", metavar="CORES", help='pods may request, as 500m or 8; "": no bound')
    change.add_argument("--quota-memory", metavar="BYTES", help="the same of memory, as 512Mi or 16Gi")
    change.add_argument("--quota-pods", type=int, metavar="N", help="pods it may have")
    suspend = actions.add_parser("suspend", help="revoke an account's permissions, keep its objects")
    suspend.add_argument("--reason", required=True, metavar="TEXT", help="shown to its owner")
    resume = actions.add_parser("resume", help="give a suspended account its permissions back")
    reset = actions.add_parser("reset-token", help="give an account a new token and print it, once")
    delete = actions.add_parser("delete", help="delete an account with its nodes and namespace")
    delete.add_argument("--yes", action="store_true", help="do not ask; it cannot be undone")
    changing = (approve, renew, change, suspend, resume)
    for action in (show, *changing, reset, delete):
        account = action.add_mutually_exclusive_group(required=_USERS_EMAIL not in os.environ)
        account.add_argument("account", nargs="?", metavar="ACCOUNT", help="the User's name, or its e-mail")
        _add_own(account, "email")
    for action in (create, listing, show, *changing, reset):
        _add_own(action, "output", default="text", choices=("text", "json"), short=("-o",))
    for action in (create, reset, delete):
        _add_settings(action, (*_CLUSTER, *(_ACCOUNTS if action is create else ())))
    for action in (listing, show, *changing):
        _add_settings(action, (*_CLUSTER, "grace_period"))


def _add_own(
    command: argparse._ActionsContainer,
    name: str,
    *,
    required: bool = False,
    default: str | None = None,
    choices: tuple[str, ...] | None = None,
    short: tuple[str, ...] = (),
) -> None:
    """A flag of ``users`` that is no setting; its variable is YURT_CONSOLE_USERS_NAME."""
    where = table.variable(f"users_{name}")
    given = os.environ.get(where)
    if choices and given not in (None, *choices):
        raise table.SettingError(f"{where} must be one of {', '.join(choices)}")
    command.add_argument(
        *short,
        f"--{name}",
        required=required and given is None,
        default=default if given is None else given,
        choices=choices,
        help=f"${where}",
    )


def _add_settings(command: argparse.ArgumentParser, names: tuple[str, ...]) -> None:
    group = command.add_argument_group("settings")
    group.add_argument(
        "--settings", metavar="FILE", help=f"YAML file of settings (${table.variable('settings')})"
    )
    for field in table.FIELDS:
        if field.name in names:
            group.add_argument(
                table.flag(field.name), dest=_PREFIX + field.name, metavar=_metavar(field), help=_help(field)
            )


def _metavar(field: table.Field) -> str:
    return str(field.metadata["unit"]).upper().replace(" ", "-")


def _help(field: table.Field) -> str:
    default = f"; default {field.default}" if field.default != "" else ""
    return f"{field.metadata['why']}{default} (${table.variable(field.name)})".replace("%", "%%")

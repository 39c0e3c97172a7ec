"""Options of ``simulate``, ``demo`` and ``simulate-node``.

They are not settings of the product; each has an environment variable named after its command.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from yurt_console.settings import variable

try:
    from kubesim.seeds.names import RELEASES, SEEDS
except ModuleNotFoundError:  # without yurt-console[demo], where the commands end before they use them
    SEEDS = RELEASES = ()

API_PORT, CONSOLE_PORT = 6443, 8080
_CLIENT = ("kubeconfig", "context", "log_level", "request_timeout")
_FAULTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("cut-watches", "break the connection of every open watch", ()),
    ("expire-history", "forget all past changes: a resumed watch gets 410", ()),
    ("throttle", "answer every request with 429", ("seconds",)),
    ("errors", "answer every request with an error of the server", ("seconds",)),
    ("latency", "wait before every answer", ("milliseconds", "seconds")),
    ("hang", "accept requests and say nothing", ("seconds",)),
    ("lose-node", "take a node off the network", ("name",)),
    ("return-node", "bring a lost node back", ("name",)),
    ("clear", "end what lasts for a time; lost nodes stay lost", ()),
)


class AddSettings(Protocol):
    """Adds the flags of settings to a command."""

    def __call__(self, command: argparse.ArgumentParser, names: tuple[str, ...]) -> None:
        """Add a flag for each of these settings."""


def add(commands: Any, add_settings: AddSettings) -> None:
    """Add the three commands to argparse's sub-commands."""
    simulate = commands.add_parser(
        "simulate",
        help="a simulated cluster with its Kubernetes API, on loopback",
        description="A Kubernetes 1.20 API server with OpenYurt and simulated nodes, on loopback only.",
    )
    _add_simulate(_Options(simulate, "simulate"))
    add_settings(simulate, ("log_level",))
    actions = simulate.add_subparsers(dest="action", metavar="fault")
    fault = actions.add_parser("fault", help="inject a fault into a running simulation")
    kinds = fault.add_subparsers(dest="fault", required=True, metavar="KIND")
    for name, summary, values in _FAULTS:
        kind = kinds.add_parser(name, help=summary, description=f"{summary}.")
        for value in values:
            kind.add_argument(value, metavar=value.upper(), type=str if value == "name" else _positive)
        if name == "errors":
            kind.add_argument("--code", type=int, choices=(500, 503, 504), default=500)
        add_settings(kind, _CLIENT)

    demo = commands.add_parser(
        "demo",
        help="simulator, operator and console with sample tenants, in one go",
        description="The whole product on a simulated cluster with sample tenants, on loopback only.",
    )
    _add_demo(_Options(demo, "demo"))
    add_settings(demo, ("log_level",))

    node = commands.add_parser(
        "simulate-node",
        help="let a simulated machine join a cluster, as kubelet does",
        description="Lets a simulated machine join a cluster as kubelet does, with a join script's values.",
    )
    _add_node(_Options(node, "simulate_node"))
    add_settings(node, ("log_level",))


def _add_simulate(options: _Options) -> None:
    options.add("port", "PORT", "where it listens on 127.0.0.1; 0: any free port", API_PORT, kind=_port)
    options.add("write-kubeconfig", "FILE", "write an administrator's kubeconfig there, for you alone")
    options.add("data", "FILE", "keep the cluster in this file (SQLite); without it in memory only")
    options.add("seed", "NAME", "the seed of a new cluster", "small", choices=SEEDS)
    newest = next(iter(RELEASES), "")
    options.add("openyurt", "RELEASE", "OpenYurt's release, its kinds are served", newest, choices=RELEASES)
    options.add("nodes", "N", "additional edge nodes", 0, kind=_count)
    options.switch("http", "HTTP instead of HTTPS; kubectl sends no token over it")


def _add_demo(options: _Options) -> None:
    options.add("data-dir", "FOLDER", "everything the demo keeps, and its logs", ".demo")
    usual = "0: as last time, at first {}; if it is taken, the next free one"
    options.add("port", "PORT", f"of the console; {usual.format(CONSOLE_PORT)}", 0, kind=_port)
    options.add("api-port", "PORT", f"of the simulated API; {usual.format(API_PORT)}", 0, kind=_port)
    options.add("seed", "NAME", "the seed of the first run", "small", choices=SEEDS)


def _add_node(options: _Options) -> None:
    options.add("kubeconfig-from", "FILE", "a join script, or the reply of GET /login; -: standard input")
    options.add("server", "HOST:PORT", "the API server")
    options.add("token", "TOKEN", "a bootstrap token; better in the variable, where no other user sees it")
    options.add("ca-hash", "HASH", "the pin of the cluster's CA: sha256:<hex>")
    options.add("name", "NAME", "the node's name; with a join script what its name ends with", "simulated")


class _Options:
    """Adds the options of one command, each with its variable."""

    def __init__(self, parser: argparse.ArgumentParser, command: str) -> None:
        self._parser, self._command = parser, command

    def add(
        self,
        name: str,
        metavar: str,
        summary: str,
        default: str | int = "",
        *,
        kind: Callable[[str], str | int] = str,
        choices: Sequence[str] = (),
    ) -> None:
        where = self._variable(name)
        chosen = f" ({', '.join(choices)})" if choices else ""
        usual = f"; default {default}" if default != "" else ""
        self._parser.add_argument(
            f"--{name}",
            metavar=metavar,
            type=_one_of(choices) if choices else kind,
            default=os.environ.get(where, default),
            help=f"{summary}{chosen}{usual} (${where})",
        )

    def switch(self, name: str, summary: str) -> None:
        where = self._variable(name)
        on = os.environ.get(where, "").lower() in ("1", "true", "yes")
        self._parser.add_argument(f"--{name}", action="store_true", default=on, help=f"{summary} (${where})")

    def _variable(self, name: str) -> str:
        return variable(f"{self._command}_{name}".replace("-", "_"))


def _one_of(choices: Sequence[str]) -> Callable[[str], str]:
    # argparse does not hold a default from the environment to its ``choices``
    def chosen(text: str) -> str:
        if text not in choices:
            raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(choices)}")
        return text

    return chosen


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > 5000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 5000")
    return int(text)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= 86_400_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number

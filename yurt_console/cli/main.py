"""``yurt-console``: reads flags, environment and settings file, and runs one command.

Exit codes: 0 success, 1 failure (one line says why), 2 usage error; 3 of ``users``: account not found, of
``operator``: the Lease was lost.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from apimachinery import validation
from yurt_console import settings as table
from yurt_console.cli import logs, options
from yurt_console.kube.errors import KubeError, Unreachable
from yurt_console.settings import SettingError, Settings

FAILED, USAGE = 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that ``argv`` (without the program's name) asks for; the process's exit code."""
    try:
        given = options.parser().parse_args(argv)
        settings = read_settings(given.settings or "", os.environ, options.flags(given))
        if settings.log.level not in logs.LEVELS:
            raise SettingError(f"log_level must be one of {', '.join(logs.LEVELS)}")
        if settings.registration.mode not in table.REGISTRATION_MODES:
            raise SettingError(f"registration must be one of {', '.join(table.REGISTRATION_MODES)}")
        if not validation.is_label_key(settings.openyurt.pool_label):
            raise SettingError("pool_label must be a label's key")
        logs.set_up(settings.log.level)
        return _run(given, settings)
    except SettingError as error:
        print(f"yurt-console: {error}", file=sys.stderr)
        return USAGE
    except Unreachable as error:
        print(f"yurt-console: the API server cannot be reached: {error}", file=sys.stderr)
    except KubeError as error:
        print(f"yurt-console: {error}", file=sys.stderr)
    except ModuleNotFoundError as error:
        if error.name != "kubesim":
            raise
        print(
            "yurt-console: this command runs a simulated cluster: install yurt-console[demo]", file=sys.stderr
        )
    except KeyboardInterrupt:
        print("yurt-console: stopped", file=sys.stderr)
    except BrokenPipeError:  # the reader of our output has closed it
        sys.stderr.close()
    return FAILED


def read_settings(path: str, environment: Mapping[str, str], flags: Mapping[str, Any]) -> Settings:
    """The settings of file, environment and flags, later ones winning. Raises `SettingError`."""
    path = path or environment.get(table.variable("settings"), "")
    return table.merged(_file(path) if path else {}, table.from_environment(environment), flags)


def _file(path: str) -> Mapping[str, Any]:
    try:
        found = yaml.safe_load(Path(path).expanduser().read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingError(f"the settings file {path} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise SettingError(f"the settings file {path} is not YAML") from None
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise SettingError(f"the settings file {path} must hold lines like 'port: 8080'")
    return found


def _run(given: Any, settings: Settings) -> int:
    # imported late: each command pays only for what it needs
    match given.command:
        case "install":
            from yurt_console.cli import install  # noqa: PLC0415

            return install.run(settings)
        case "check":
            from yurt_console.cli import check  # noqa: PLC0415

            return check.run(settings)
        case "operator":
            from yurt_console.cli import operator  # noqa: PLC0415

            return operator.run(settings)
        case "serve":
            gc.disable()  # imported modules are no garbage; `serve` enables it later
            from yurt_console.cli.serve import serve  # noqa: PLC0415

            return int(serve.run(settings))
        case "simulate" if given.action == "fault":
            from yurt_console.cli.simulate import fault  # noqa: PLC0415

            return fault.run(settings, given)
        case "simulate":
            from yurt_console.cli.simulate import simulate  # noqa: PLC0415

            return simulate.run(given)
        case "simulate-node":
            from yurt_console.cli.simulate import simulate_node  # noqa: PLC0415

            return simulate_node.run(given)
        case "demo":
            from yurt_console.cli.demo import demo  # noqa: PLC0415

            return demo.run(given)
        case _:
            from yurt_console.cli.users import users  # noqa: PLC0415

            return users.run(settings, given)


if __name__ == "__main__":
    sys.exit(main())

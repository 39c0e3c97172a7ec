"""Exec plugins: programs that a kubeconfig names to get a token or certificate from somewhere.

Source: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ (and v1beta1).
A plugin is a program that runs with our rights, so only ``kube.kubeconfig.load``, which reads files
the operator of the console chose, makes one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from yurt_console.kube.credentials import Credential
from yurt_console.kube.errors import KubeconfigError

API_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")

_PAUSE = 10.0
"""Seconds between runs that a 401 causes, or a revoked account would start two programs a request."""


class _Given(msgspec.Struct, rename="camel"):
    expiration_timestamp: datetime | None = None
    token: str | None = None
    client_certificate_data: str | None = None
    client_key_data: str | None = None


class _ExecCredential(msgspec.Struct, rename="camel"):
    api_version: str
    kind: str
    status: _Given


@dataclass(frozen=True, slots=True)
class Command:
    """What to run; ``env`` may hold secrets and stays out of the repr."""

    api_version: str
    program: str
    args: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    install_hint: str = ""
    cluster: Mapping[str, Any] | None = field(default=None, repr=False)
    """The cluster as the plugin is told, when it asked for that (``provideClusterInfo``)."""
    timeout: float = 60.0


class ExecPlugin:
    """A `kube.credentials.Source` that runs a program, and keeps what it gave until that expires."""

    def __init__(self, command: Command, *, clock: Callable[[], float] = time.time) -> None:
        self._command = command
        self._clock = clock
        self._value: Credential | None = None
        self._expires = float("inf")
        self._ran_at = float("-inf")
        self._running = asyncio.Lock()

    async def credential(self, rejected: Credential | None = None) -> Credential:
        """The plugin's credential; runs the plugin again after expiry or rejection.

        Raises `KubeconfigError`.
        """
        async with self._running:
            now = self._clock()
            refused = rejected == self._value and now - self._ran_at >= _PAUSE
            if self._value is None or now >= self._expires or refused:
                self._value, self._expires = self._parsed(await self._run())
                self._ran_at = self._clock()
            return self._value

    async def _run(self) -> bytes:
        command = self._command
        spec = {"interactive": False} | ({"cluster": command.cluster} if command.cluster else {})
        info = {"apiVersion": command.api_version, "kind": "ExecCredential", "spec": spec}
        environment = {
            **os.environ,
            **command.env,
            "KUBERNETES_EXEC_INFO": msgspec.json.encode(info).decode(),
        }
        try:
            process = await asyncio.create_subprocess_exec(
                command.program,
                *command.args,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,  # standard error is ours, as with kubectl
                start_new_session=True,
            )
        except OSError as error:
            raise self._failure(f"cannot be started: {error.strerror}") from None
        try:
            async with asyncio.timeout(command.timeout):
                output, _ = await process.communicate()
        except TimeoutError:
            raise self._failure(f"gave no answer within {command.timeout:g} s") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode:
            raise self._failure(f"failed with exit code {process.returncode}")
        return output

    def _parsed(self, output: bytes) -> tuple[Credential, float]:
        try:
            found = msgspec.json.decode(output, type=_ExecCredential)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise self._failure("did not print an ExecCredential") from None
        if found.kind != "ExecCredential" or found.api_version != self._command.api_version:
            raise self._failure(f"did not print an ExecCredential of {self._command.api_version}")
        given = found.status
        if bool(given.client_certificate_data) != bool(given.client_key_data):
            raise self._failure("gave a certificate without its key, or a key without its certificate")
        certificate = f"{given.client_certificate_data or ''}\n{given.client_key_data or ''}".strip().encode()
        if not given.token and not certificate:
            raise self._failure("gave neither a token nor a client certificate")
        expires = given.expiration_timestamp
        return Credential(given.token or "", certificate), expires.timestamp() if expires else float("inf")

    def _failure(self, what: str) -> KubeconfigError:
        hint = f"\n{self._command.install_hint.strip()}" if self._command.install_hint else ""
        return KubeconfigError(f"the kubeconfig's exec plugin {self._command.program!r} {what}{hint}")

"""The Kubernetes client of a command, from its settings."""

from __future__ import annotations

import os
from pathlib import Path

from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.settings import Settings


def credentials(settings: Settings) -> Credentials:
    """The cluster's address and the credentials for it. Raises `KubeconfigError`."""
    return kubeconfig.locate(settings.cluster.kubeconfig, os.environ, Path.home(), settings.cluster.context)


def client(settings: Settings) -> Client:
    """A client for one command. Raises `KubeconfigError`."""
    return Client(credentials(settings), timeout=settings.cluster.request_timeout)

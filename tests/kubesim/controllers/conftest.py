"""A running cluster of three nodes for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.kubesim.controllers.cluster import Cluster, running_cluster


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    async with running_cluster() as cluster:
        yield cluster

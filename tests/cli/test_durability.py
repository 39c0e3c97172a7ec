"""The simulated cluster killed with SIGKILL while clients write: what a reply confirmed is there."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

from apimachinery.resources import CONFIG_MAPS
from tests.cli.processes import Running
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client
from yurt_console.kube.errors import KubeError

WRITES = 1000
KILLS = 5
WRITERS = 8


class Writer:
    """Creates, patches and deletes objects of its own, and remembers what was confirmed."""

    def __init__(self, number: int, chance: random.Random) -> None:
        self.confirmed: dict[str, str] = {}
        """Name to the value that both entries of the object's data must have."""
        self.unsure: dict[str, set[str | None]] = {}
        """Of objects with a last write that was not answered: their possible states, None for gone."""
        self.count = 0
        """How many writes were confirmed."""
        self._number = number
        self._created = 0
        self._chance = chance

    async def write(self, client: Client) -> None:
        """One write; raises `KubeError` when no reply came."""
        known = sorted(self.confirmed.keys() - self.unsure.keys())
        action = self._chance.choice(("create", "patch", "patch", "delete")) if known else "create"
        if action == "create":
            # Counted before the reply: a create whose reply was lost may have made the object all the same.
            self._created += 1
            name = f"w{self._number}-{self._created}"
        else:
            name = self._chance.choice(known)
        value = str(self._chance.random())
        after = None if action == "delete" else value
        self.unsure[name] = {self.confirmed.get(name), after}
        body = {"metadata": {"name": name}, "data": {"one": value, "two": value}}
        if action == "create":
            await client.create(CONFIG_MAPS, body, "default")
        elif action == "patch":
            await client.merge_patch(CONFIG_MAPS, name, body, "default")
        else:
            await client.delete(CONFIG_MAPS, name, "default")
        self.settle(name, after)
        self.count += 1

    def settle(self, name: str, value: str | None) -> None:
        """It is known now what ``name`` is."""
        self.unsure.pop(name, None)
        if value is None:
            self.confirmed.pop(name, None)
        else:
            self.confirmed[name] = value


async def _write_until(client: Client, writers: list[Writer], total: int, then: Callable[[], None]) -> None:
    """Write from all sides until ``total`` writes were confirmed; the others may be under way ``then``."""

    async def work(writer: Writer) -> None:
        while sum(each.count for each in writers) < total:
            await writer.write(client)
        then()

    async with asyncio.TaskGroup() as group:
        for writer in writers:
            group.create_task(work(writer))


async def _check(client: Client, writers: list[Writer]) -> None:
    found = {}
    for obj in await client.list(CONFIG_MAPS, "default"):
        if obj["metadata"]["name"].startswith("w"):
            assert obj["data"]["one"] == obj["data"]["two"], "half a write"
            found[obj["metadata"]["name"]] = obj["data"]["one"]
    for writer in writers:
        for name, states in tuple(writer.unsure.items()):
            assert found.get(name) in states
            writer.settle(name, found.get(name))
    assert found == {name: value for writer in writers for name, value in writer.confirmed.items()}


async def test_every_confirmed_write_survives_sigkill_at_any_moment(tmp_path: Path) -> None:
    chance = random.Random(20)
    writers = [Writer(number, chance) for number in range(WRITERS)]
    port, kills = "0", 0
    for round_ in range(KILLS + 1):
        simulation = Running(
            *("simulate", "--seed", "empty", "--write-kubeconfig", "kubeconfig", "--data", "cluster.db"),
            *("--port", port),
            cwd=tmp_path,
        )
        try:
            await asyncio.to_thread(simulation.until, "Ctrl-C stops it.")
            credentials = kubeconfig.load(tmp_path / "kubeconfig")
            port = credentials.server.rpartition(":")[2]
            async with Client(credentials) as client:
                await _check(client, writers)
                if round_ == KILLS:
                    await _write_until(client, writers, WRITES, then=lambda: None)
                    await _check(client, writers)
                    continue
                goal = sum(writer.count for writer in writers) + chance.randrange(50, 150)
                try:
                    await _write_until(client, writers, goal, then=simulation.process.kill)
                except* KubeError:
                    kills += 1
        finally:
            simulation.kill()
    assert sum(writer.count for writer in writers) >= WRITES
    assert kills >= KILLS - 1, "hardly ever was a write under way"

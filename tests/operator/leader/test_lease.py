"""The election on paper: whatever replicas do and however long they freeze, two never lead at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from yurt_console.operator.leader import lease
from yurt_console.operator.leader.lease import Seen

SECONDS = 15
WALL = datetime(2026, 1, 1, tzinfo=UTC)


class Server:
    """Keeps one Lease and refuses a write that does not know its version."""

    def __init__(self) -> None:
        self.found: dict[str, Any] | None = None
        self.version = 0

    def write(self, body: dict[str, Any]) -> bool:
        known = body["metadata"].get("resourceVersion")
        if known != (self.found or {"metadata": {}})["metadata"].get("resourceVersion"):
            return False
        self.version += 1
        self.found = {**body, "metadata": {**body["metadata"], "resourceVersion": str(self.version)}}
        return True


@dataclass
class Replica:
    """Acts only when it is let to; whatever lies between is a freeze."""

    name: str
    seen: Seen | None = None
    until: float = float("-inf")

    def act(self, server: Server, now: float) -> None:
        found = server.found
        if found is None:
            body = lease.first(self.name, SECONDS, "ours", WALL)
        else:
            self.seen = lease.seen(self.seen, found, now)
            if self.seen.holder == self.name:
                body = lease.renewed(found, WALL)
            elif self.seen.free(now):
                body = lease.taken(found, self.name, SECONDS, WALL)
            else:
                return
        if server.write(body):
            self.until = now + SECONDS * lease.TRUSTED

    def release(self, server: Server, now: float) -> None:
        if now < self.until and server.found is not None:
            self.until = float("-inf")
            server.write(lease.released(server.found, WALL))


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.floats(0, 40), st.sampled_from(["act", "act", "act", "release"])),
        max_size=60,
    )
)
def test_two_never_trust_to_lead_at_once(happenings: list[tuple[int, float, str]]) -> None:
    server, now = Server(), 0.0
    replicas = [Replica("a"), Replica("b"), Replica("c")]
    for number, pause, what in happenings:
        now += pause
        if what == "act":
            replicas[number].act(server, now)
        else:
            replicas[number].release(server, now)
        assert sum(now < replica.until for replica in replicas) <= 1


def test_a_holder_that_is_silent_is_replaced_after_the_time_it_was_given_and_not_before() -> None:
    server, first, second = Server(), Replica("first"), Replica("second")
    first.act(server, 0.0)
    second.act(server, 100.0)  # first seen now: clocks of others say nothing
    second.act(server, 100.0 + SECONDS)
    assert second.until < 0
    second.act(server, 100.1 + SECONDS)
    assert second.until > 100
    assert server.found is not None
    assert server.found["spec"]["leaseTransitions"] == 1


def test_a_lease_that_was_given_back_is_free_at_once() -> None:
    server, first, second = Server(), Replica("first"), Replica("second")
    first.act(server, 0.0)
    second.act(server, 0.5)
    first.release(server, 1.0)
    second.act(server, 1.1)
    assert second.until > 1.1

"""Golden replies: what the real API server of a version answered, kept in ``golden/VERSION/MODULE.json``.

The simulator is held against those of the version that it plays, never against itself; a real API
server is held against its own, so they stay true. ``pytest --record -k real-VERSION FILE`` writes them again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.planes.expectations import SIMULATED, SIMULATED_VERSION

Json = Any
FOLDER = Path(__file__).parent / "golden"
_WIDTH = 110
_VARY = ("uid", "resourceVersion", "managedFields", "namespace", "selfLink")
_TIMES = ("creationTimestamp", "lastPhaseTransitionTime")


def stable(value: Json, *secret: str) -> Json:
    """A reply without what differs from cluster to cluster; texts of ``secret`` become "..."."""
    if isinstance(value, dict):
        return {
            key: stable(item, *secret)
            for key, item in value.items()
            if key not in _VARY and not (key in _TIMES and item)
        }
    if isinstance(value, list | tuple):
        return [stable(item, *secret) for item in value]
    if isinstance(value, str):
        for text in secret:
            value = value.replace(text, "...") if text else value
    return value


class Golden:
    """The golden reply of one test and version."""

    def __init__(self, version: str, file: Path, key: str, *, record: bool) -> None:
        self._version, self._file, self._name, self._record = version, file, key, record
        self._count = 0

    def says(self, reply: Json, written: Json) -> None:
        """Compare a reply with what the test says of 1.20, those of later versions with their golden ones."""
        if self._version == SIMULATED_VERSION:
            assert reply == written
        else:
            self.check(reply)

    def contains(self, text: str, part: str) -> None:
        """Look for what the test says of 1.20 in a text; those of later versions are golden."""
        self.says(part if part in text else text, part)

    def check(self, reply: Json) -> None:
        """Compare a stable reply with the golden one, or write that."""
        self._count += 1
        key = self._name if self._count == 1 else f"{self._name} {self._count}"
        reply = json.loads(json.dumps(reply))
        kept = json.loads(self._file.read_text()) if self._file.exists() else {}
        if self._record:
            kept[key] = reply
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(_text(kept))
        assert key in kept, f"{self._file} has no {key}: record it on a real control plane"
        assert reply == kept[key]


def _text(kept: dict[str, Json]) -> str:
    return _pretty(dict(sorted(kept.items())), "") + "\n"


def _pretty(value: Json, indent: str) -> str:
    """JSON in which what fits stands on one line."""
    line = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if len(indent) + len(line) <= _WIDTH or not isinstance(value, dict | list) or not value:
        return line
    more = indent + " "
    if isinstance(value, list):
        return "[\n" + ",\n".join(more + _pretty(one, more) for one in value) + f"\n{indent}]"
    entries = (
        f"{more}{json.dumps(key, ensure_ascii=False)}: {_pretty(one, more)}" for key, one in value.items()
    )
    return "{\n" + ",\n".join(entries) + f"\n{indent}}}"


def key_of(item: pytest.Item, target: str) -> str:
    """The name of a test without the target that it asks."""
    return item.name.replace(f"{target}-", "", 1).replace(f"-{target}", "", 1).replace(f"[{target}]", "")


def of(request: pytest.FixtureRequest, target: str, *, record: bool) -> Golden:
    """That of the running test on a target, which is one of `TARGETS`."""
    simulated = target == SIMULATED
    version = SIMULATED_VERSION if simulated else target.removeprefix("real-")
    file = FOLDER / version / f"{request.path.stem}.json"
    if not simulated and not record and not file.parent.exists():
        pytest.skip(f"NOT RUN: there are no golden replies of {version}")
    return Golden(version, file, key_of(request.node, target), record=record and not simulated)

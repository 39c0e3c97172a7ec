"""The SQLite journal: every confirmed write survives a killed process."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kubesim.storage.log import Log, Ref
from kubesim.storage.sqlite import Storage, StorageError

WRITER = """
import sys
from pathlib import Path
from kubesim.storage.log import Ref
from kubesim.storage.sqlite import Storage

log = Storage(Path(sys.argv[1])).open_log()
for count in range(int(sys.argv[2]), int(sys.argv[2]) + 1000):
    ref = Ref("", "things", "x", f"n{count % 50}")
    metadata = {"name": ref.name, "namespace": "x"}
    thing = {"apiVersion": "v1", "kind": "Thing", "metadata": metadata, "count": count, "pad": "x" * 500}
    log.put(ref, thing)
    print(count, flush=True)
    if count % 100 == 99:
        log.compact(log.revision - 20)
"""


def ref(name: str) -> Ref:
    return Ref("", "things", "x", name)


def put(log: Log, name: str, **more: Any) -> None:
    metadata = {"name": name, "namespace": "x"}
    log.put(ref(name), {"apiVersion": "v1", "kind": "Thing", "metadata": metadata, **more})


def everything(log: Log) -> list[tuple[Any, ...]]:
    return [tuple(record) for record in log.list("", "things")]


def test_a_log_is_found_as_it_was_left(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    storage = Storage(path)
    log = storage.open_log()
    for name in "abc":
        put(log, name)
    put(log, "a", data="2")
    log.remove(ref("b"))
    before, past = everything(log), [change.type for change in log.since(1, "", "things")]
    storage.close()

    again = Storage(path)
    found = again.open_log()

    assert everything(found) == before
    assert [change.type for change in found.since(1, "", "things")] == past
    assert found.revision == log.revision
    again.close()


def test_compaction_keeps_the_present_and_never_reuses_a_revision(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    storage = Storage(path)
    log = storage.open_log()
    put(log, "a")
    put(log, "b")
    put(log, "a", data="2")
    log.remove(ref("b"))
    log.compact(log.revision)
    before = everything(log)
    storage.close()

    again = Storage(path)
    found = again.open_log()

    assert everything(found) == before
    assert (found.revision, found.compacted) == (log.revision, log.revision)
    assert found.since(log.revision, "", "things") == []
    again.close()


def test_one_process_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    storage = Storage(path)
    put(storage.open_log(), "a")

    code = (
        f"from pathlib import Path; from kubesim.storage.sqlite import Storage; Storage(Path({str(path)!r}))"
    )
    second = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )

    assert "StorageError" in second.stderr
    assert "in use by another process" in second.stderr
    storage.close()


def test_a_file_that_is_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    path.write_text("not a database, but long enough to be looked at as one " * 20)

    with pytest.raises(StorageError, match="not a simulator's data file"):
        Storage(path)


def test_a_killed_writer_loses_nothing_it_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    chance = random.Random(7)
    confirmed = -1
    for _ in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(confirmed + 1)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        for _ in range(chance.randrange(50, 400)):
            confirmed = int(writer.stdout.readline())
        writer.kill()
        # output before the kill counts, too
        confirmed = max(
            [confirmed, *(int(line) for line in writer.stdout.read().split() if line.isdecimal())]
        )
        writer.wait(20)
        writer.stdout.close()

        storage = Storage(path)
        counts = sorted(record.object["count"] for record in storage.open_log().list("", "things"))
        storage.close()

        # one more write may be on disk without its confirmation
        assert counts[-1] in (confirmed, confirmed + 1)
        assert counts == list(range(counts[-1] - len(counts) + 1, counts[-1] + 1))
        assert len(counts) == min(50, counts[-1] + 1)
        confirmed = counts[-1]

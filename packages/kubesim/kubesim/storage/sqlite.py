"""The log's journal in one SQLite file: a confirmed write is on disk.

One row per change, as in kine, and one transaction per write (WAL, synchronous=NORMAL: a killed process
loses nothing, a power cut may lose the last writes). Compaction deletes the rows that neither a current
object nor the remaining history needs. One process holds the file at a time.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from kubesim.storage.log import Change, Log, Record, Ref, encode_members

_SCHEMA = """
CREATE TABLE IF NOT EXISTS changes (
    revision INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    api_group TEXT NOT NULL,
    plural TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    created INTEGER NOT NULL,
    object BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS compaction (
    one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL, present INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
"""


class StorageError(RuntimeError):
    """The data file is locked by another process, is not writable, or is not a data file of the simulator."""


class Storage:
    """A journal in a file; `open_log` loads its log."""

    def __init__(self, path: Path) -> None:
        try:
            # it will hold keys, tokens and Secrets; SQLite gives -wal and -shm the same mode
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StorageError(f"{path} cannot be written: {error.strerror}") from error
        try:
            self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1)
            self._database.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
            self._database.executescript(_SCHEMA)
        except sqlite3.OperationalError as error:
            raise StorageError(f"{path} is in use by another process, or cannot be written") from error
        except sqlite3.DatabaseError as error:
            raise StorageError(f"{path} is not a simulator's data file") from error

    def append(self, change: Change) -> None:
        """Append a change; durable on return."""
        record = change.record
        self._database.execute(
            "INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (record.revision, change.type, *record.ref, record.created, _document(record)),
        )

    def compact(self, revision: int, dropped: list[int]) -> None:
        """Delete revisions that are no longer needed."""
        with self._transaction():
            newest = self._database.execute("SELECT max(revision) FROM changes").fetchone()[0] or revision
            self._database.executemany(
                "DELETE FROM changes WHERE revision = ?", ((each,) for each in dropped)
            )
            self._database.execute(
                "INSERT OR REPLACE INTO compaction VALUES (1, ?, ?)", (revision, max(newest, revision))
            )

    def open_log(self) -> Log:
        """The log as of the last confirmed write."""
        compacted, present = self._database.execute(
            "SELECT coalesce(max(revision), 1), coalesce(max(present), 1) FROM compaction"
        ).fetchone()
        newest = self._database.execute("SELECT coalesce(max(revision), 1) FROM changes").fetchone()[0]
        log = Log(self)
        log.restore(max(present, newest), compacted, self._changes())
        return log

    def value(self, name: str) -> bytes | None:
        """The value of a name that `set_value` stored, or None."""
        row = self._database.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def set_value(self, name: str, value: bytes) -> None:
        """Store a value that is not an object, such as the cluster's keys."""
        self._database.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value))

    def bulk(self) -> AbstractContextManager[None]:
        """Run the block in one transaction."""
        return self._transaction()

    def close(self) -> None:
        """Checkpoint the WAL and close the file."""
        self._database.close()

    def _changes(self) -> Iterator[Change]:
        present: dict[Ref, Record] = {}
        rows = self._database.execute("SELECT * FROM changes ORDER BY revision")
        for revision, kind, group, plural, namespace, name, created, body in rows:
            ref = Ref(group, plural, namespace, name)
            obj = msgspec.json.decode(body)
            record = Record(ref, obj, revision, created, encode_members(obj))
            yield Change(kind, record, present.pop(ref, None))
            if kind != "DELETED":
                present[ref] = record

    def _transaction(self) -> _Transaction:
        return _Transaction(self._database)


def _document(record: Record) -> bytes:
    head = {"apiVersion": record.object["apiVersion"], "kind": record.object["kind"]}
    return msgspec.json.encode(head)[:-1] + b"," + record.members


class _Transaction:
    """BEGIN and COMMIT; ROLLBACK when the block raises."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._database.execute("ROLLBACK" if kind else "COMMIT")

"""What has been found out, kept between runs: an sqlite file of keys and JSON rows.

Several processes may share it, and one may die at any moment: sqlite's write-ahead log keeps rows whole. A file that is
damaged, or of another layout, is put aside and begun anew; one that cannot be opened at all is as good as empty. A
cache makes things quicker and never makes them fail.

    with Cache.at_home() as cache:
        row = cache.get(key)      # a dict, or None
        cache.put(key, {"status": "proved"})
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from .kept import home

LAYOUT = 1
PATIENCE = 5.0  # seconds to wait for another process's write
MOST = 1 << 20  # rows; the oldest go first

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Statistics:
    """How much a cache holds: rows, bytes on disk, and where."""

    rows: int
    bytes: int
    path: Path


class Cache:
    """One file. All operations are harmless where it cannot be used: `get` finds nothing, and `put` does nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = self._opened()

    @classmethod
    def at_home(cls) -> Cache:
        """The user's cache."""
        return cls(home() / "verdicts.sqlite")

    def get(self, key: str) -> dict[str, Any] | None:
        """The row stored under `key`; None where there is none, or none that can be read."""
        query = "select row from rows where key = ?"
        found: list[tuple[str]] = self._tried(lambda db: db.execute(query, (key,)).fetchall(), [])
        if not found:
            return None
        try:
            row = json.loads(found[0][0])
        except ValueError:
            return None
        return row if isinstance(row, dict) else None

    def put(self, key: str, row: Mapping[str, Any]) -> None:
        """Store a row of JSON values under `key`, in one transaction."""
        text = json.dumps(row, separators=(",", ":"))
        self._tried(lambda db: db.execute("insert or replace into rows values (?, ?, ?)", (key, text, time.time())),
                    None)

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """All keys with their rows, the oldest first."""
        query = "select key from rows order by written"
        keys: list[tuple[str]] = self._tried(lambda db: db.execute(query).fetchall(), [])
        for (key,) in keys:
            if (row := self.get(key)) is not None:
                yield key, row

    def remove(self, key: str) -> None:
        self._tried(lambda db: db.execute("delete from rows where key = ?", (key,)), None)

    def clear(self) -> int:
        """Forget everything. How many rows that were."""
        count = self.statistics().rows
        self._tried(lambda db: db.execute("delete from rows"), None)
        self._tried(lambda db: db.execute("vacuum"), None)
        return count

    def statistics(self) -> Statistics:
        (rows,) = self._tried(lambda db: db.execute("select count(*) from rows").fetchone(), (0,))
        files = [self.path, self.path.with_name(self.path.name + "-wal")]
        return Statistics(rows, sum(file.stat().st_size for file in files if file.exists()), self.path)

    def close(self) -> None:
        if self._connection is None:
            return
        with suppress(sqlite3.Error):
            self._connection.execute("delete from rows where key in "
                                     "(select key from rows order by written desc limit -1 offset ?)", (MOST,))
        with suppress(sqlite3.Error):
            self._connection.close()
        self._connection = None

    def __enter__(self) -> Cache:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    # --- the file ---

    def _opened(self) -> sqlite3.Connection | None:
        for again in (True, False):
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                return _connected(self.path)
            except sqlite3.DatabaseError:
                if not again:
                    return None
                self._put_aside()
            except OSError:
                return None
        return None

    def _put_aside(self) -> None:
        """A file that is no cache of this layout gets another name, and its logs go with it."""
        for suffix in ("", "-wal", "-shm"):
            file = self.path.with_name(self.path.name + suffix)
            with suppress(OSError):
                os.replace(file, file.with_name(f"{file.name}.damaged"))

    def _tried(self, work: Any, otherwise: Found) -> Found:
        if self._connection is None:
            return otherwise
        try:
            found: Found = work(self._connection)
            return found
        except sqlite3.OperationalError:  # busy, read-only, full
            return otherwise
        except sqlite3.DatabaseError:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._put_aside()
            self._connection = self._opened()
            return otherwise


def _connected(path: Path) -> sqlite3.Connection:
    """A connection to a cache of our layout. sqlite3.DatabaseError where the file is something else."""
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        with closing(connection.execute("pragma user_version")) as found:
            (layout,) = found.fetchone()
        if layout not in (0, LAYOUT):
            raise sqlite3.DatabaseError(f"layout {layout}")
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        connection.execute("create table if not exists rows (key text primary key, row text not null, written real)")
        connection.execute(f"pragma user_version = {LAYOUT}")
    except BaseException:
        connection.close()
        raise
    return connection

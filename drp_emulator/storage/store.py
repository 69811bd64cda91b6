"""Where objects live: a SQLite file, one row per object, shared by any number of processes."""

import errno
import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any

from drp_emulator.storage.transaction import Transaction

_SCHEMA = """
CREATE TABLE objects (
    prefix TEXT NOT NULL, key TEXT NOT NULL, name TEXT, body TEXT NOT NULL,
    PRIMARY KEY (prefix, key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX names ON objects (prefix, name) WHERE name IS NOT NULL;
CREATE TABLE preferences (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE passwords (user TEXT PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
# Older stores get these when they are opened. Since layout 2: what happened, and what jobs say; since layout 3: what
# secure values are opened with.
_ADDED = """
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY, type TEXT NOT NULL, action TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS logs (number INTEGER PRIMARY KEY, job TEXT NOT NULL, content BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS logs_of_jobs ON logs (job);
CREATE TABLE IF NOT EXISTS private_keys (
    prefix TEXT NOT NULL, key TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (prefix, key)
) WITHOUT ROWID;
PRAGMA user_version = 3;
"""
_LAYOUT = 3
_OLDER_LAYOUTS = (1, 2)
# How long a writer waits for the one before it, in this process or another.
_PATIENCE_SECONDS = 30.0
_NO_TURN: AbstractContextManager[Any] = nullcontext()


class Store:
    """A store in a file; a missing one is made whole or not at all.

    Args:
        path: The file. Its folder is made when missing.
        seed: Fills a fresh store.

    Raises:
        ValueError: The file exists and is not a store of this endpoint, or it cannot be written.
    """

    def __init__(self, path: str | Path, seed: Callable[[Transaction], None]) -> None:
        self.path = Path(path).absolute()
        self._closed = False
        self._writing = threading.Lock()
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        try:
            self._prepare(seed)
        except OSError as error:
            reason = error.strerror or "no reason given"
            raise ValueError(f"The embedded endpoint's store {self.path} cannot be written ({reason}).") from error
        self._idle.put(self._connect())

    @contextmanager
    def transaction(self, *, write: bool, turn: AbstractContextManager[Any] = _NO_TURN) -> Iterator[Transaction]:
        """One transaction; a write holds the file's only write lock from the start.

        Args:
            write: Whether it changes anything.
            turn: Held from then on to the end. Not before, since a write may have to wait for another process.
        """
        # SQLite makes writers wait by polling. Those of this process queue up here instead.
        with self._writing if write else nullcontext():
            connection = self._borrow()
            try:
                connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                try:
                    with turn:
                        yield Transaction(connection)
                        connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
            finally:
                self._give_back(connection)

    def close(self) -> None:
        """Let go of the file; what is still under way finishes first."""
        self._closed = True
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    def _prepare(self, seed: Callable[[Transaction], None]) -> None:
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _make(self.path, seed)
        # SQLite says so only at the first write, without the file's name. It makes two files beside the store.
        for place in (self.path, self.path.parent):
            if not os.access(place, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def _no_store(self) -> ValueError:
        return ValueError(f"{self.path} is not a store of the embedded endpoint.")

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._idle.get_nowait()
        except Empty:
            return self._connect()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if self._closed:
            connection.close()
        else:
            self._idle.put(connection)

    def _connect(self) -> sqlite3.Connection:
        if not self.path.is_file():
            raise self._no_store()
        connection = sqlite3.connect(
            self.path, timeout=_PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            (layout,) = connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.DatabaseError:
            layout = None
        if layout in _OLDER_LAYOUTS:
            connection.executescript(_ADDED)
        elif layout != _LAYOUT:
            connection.close()
            raise self._no_store()
        # A killed process loses nothing; only a power failure may cost the last answers.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


def _make(path: Path, seed: Callable[[Transaction], None]) -> None:
    # Built beside its place and linked into it whole, so that of several processes that start
    # at once exactly one store appears, and never half of one.
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.executescript(_SCHEMA + _ADDED)
            connection.execute("BEGIN")
            seed(Transaction(connection))
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode = WAL")
        Path(path).hardlink_to(draft)
    except FileExistsError:
        pass  # another process was first, and its store is as good as ours
    finally:
        Path(draft).unlink()

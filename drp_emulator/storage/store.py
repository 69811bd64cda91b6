"""The store: a SQLite file, one row per object, shared by any number of processes."""

import errno
import fcntl
import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any

from drp_emulator.storage.store_error import StoreError, failed, foreign, replaced, unwritable
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
# Older stores get these when they are opened. Since layout 2: events and logs of jobs; since layout 3: private keys of
# secure values.
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
_TABLES = frozenset({"objects", "preferences", "passwords", "facts"})
# Files that SQLite keeps beside its own. A log outlives a store that is removed alone, and SQLite would replay it.
_COMPANIONS = ("-wal", "-shm", "-journal")
_OLDER_LAYOUTS = (1, 2)
_PATIENCE_SECONDS = 30.0
"""How long a writer waits for the one before it, in this process or another."""
_NO_TURN: AbstractContextManager[Any] = nullcontext()


class Store:
    """A store in a file; a missing one is made whole or not at all.

    Args:
        path: The file. Its folder is made if it is missing.
        seed: Fills a fresh store.

    Raises:
        StoreError: The file exists and is not a store of this emulator, or cannot be read and written.
    """

    def __init__(self, path: str | Path, seed: Callable[[Transaction], None]) -> None:
        self.path = Path(path).absolute()
        self._closed = False
        self._writing = threading.Lock()
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        try:
            self._prepare(seed)
            self._file = _identity(self.path)
        except OSError as error:
            raise unwritable(self.path, error) from error
        except sqlite3.Error as error:
            raise failed(self.path, error) from error
        self._idle.put(self._connect())

    @contextmanager
    def transaction(self, *, write: bool, turn: AbstractContextManager[Any] = _NO_TURN) -> Iterator[Transaction]:
        """Run one transaction; a write holds the file's only write lock from the start.

        Args:
            write: Whether it changes anything.
            turn: Held from then on to the end. Not before, since a write may have to wait for another process.

        Raises:
            StoreError: SQLite cannot read or write the file; nothing was changed.
        """
        # SQLite makes writers wait by polling. Those of this process queue up here instead.
        with self._writing if write else nullcontext():
            connection = self._borrow()
            try:
                connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                with turn:
                    yield Transaction(connection)
                    connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise failed(self.path, error) from error
            finally:
                self._give_back(connection)

    def close(self) -> None:
        """Close the file; transactions that have begun finish first."""
        self._closed = True
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    def _prepare(self, seed: Callable[[Transaction], None]) -> None:
        if not self.path.exists():
            if self.path.is_symlink():
                target = str(self.path.readlink())
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), target)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _make(self.path, seed)
        # SQLite says so only at the first write, without the file's name. It makes two files beside the store.
        for needed in (self.path, self.path.parent):
            if not os.access(needed, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(needed))

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._idle.get_nowait()
        except Empty:
            return self._connect()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            connection.close()
            return
        if self._closed:
            connection.close()
        else:
            self._idle.put(connection)

    def _connect(self) -> sqlite3.Connection:
        # SQLite would take a file that has replaced the store, and mix both.
        if _identity(self.path) != self._file:
            raise replaced(self.path)
        if not self.path.is_file():
            raise foreign(self.path)
        try:
            connection = sqlite3.connect(
                self.path, timeout=_PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise failed(self.path, error) from error
        try:
            self._open(connection)
        except sqlite3.Error as error:
            connection.close()
            raise failed(self.path, error) from error
        except StoreError:
            connection.close()
            raise
        return connection

    def _open(self, connection: sqlite3.Connection) -> None:
        """Bring the layout up to date, but only of a file that is a store: any SQLite file may have this version."""
        (layout,) = connection.execute("PRAGMA user_version").fetchone()
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if layout not in (*_OLDER_LAYOUTS, _LAYOUT) or not {name for (name,) in rows} >= _TABLES:
            raise foreign(self.path)
        if layout in _OLDER_LAYOUTS:
            connection.executescript(_ADDED)
        # A killed process loses nothing; only a power failure may cost the last answers.
        connection.execute("PRAGMA synchronous = NORMAL")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _make(path: Path, seed: Callable[[Transaction], None]) -> None:
    # Built beside its place and linked into it whole, so that of several processes that start
    # at once exactly one makes the store, and none sees half of it.
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
        _put_in_place(Path(draft), path)
    finally:
        for ending in ("", *_COMPANIONS):
            Path(draft + ending).unlink(missing_ok=True)


def _put_in_place(draft: Path, path: Path) -> None:
    """Link the draft unless there is a store by now, without what an earlier store of this name has left."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # One process at a time: another one's store may be in use as soon as it is linked, with a log of its own.
        fcntl.flock(folder, fcntl.LOCK_EX)
        if path.exists():
            return
        for ending in _COMPANIONS:
            path.with_name(path.name + ending).unlink(missing_ok=True)
        path.hardlink_to(draft)
    finally:
        os.close(folder)

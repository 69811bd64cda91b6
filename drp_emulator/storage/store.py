"""The store: a SQLite file, one row per object, shared by any number of processes."""

import errno
import fcntl
import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any

from drp_emulator.storage.store_error import StoreError, damaged, failed, foreign, replaced, unwritable
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
_COLUMNS = {
    "objects": {"prefix", "key", "name", "body"},
    "preferences": {"name", "value"},
    "passwords": {"user", "hash"},
    "facts": {"name", "value"},
}
_ADDED_COLUMNS = {
    "events": {"number", "type", "action", "key", "body"},
    "logs": {"number", "job", "content"},
    "private_keys": {"prefix", "key", "content"},
}
_ALL_COLUMNS = """
SELECT tables.name, columns.name FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS columns
WHERE tables.type = 'table'
"""
# Files that SQLite keeps beside its own. A log outlives a store that is removed alone, and SQLite would replay it.
_COMPANIONS = ("-wal", "-shm", "-journal")
_OLDER_LAYOUTS = (1, 2)
_PATIENCE_SECONDS = 30.0
"""How long a writer waits for the one before it, in this process or another."""
_Identity = tuple[int, int]
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
            place = self.path.resolve()  # SQLite keeps its companions there if the path is a link
            self._watched = [self.path, *(place.with_name(place.name + ending) for ending in _COMPANIONS[:2])]
            self._file = _identity(self.path)
        except OSError as error:
            raise unwritable(self.path, error) from error
        except sqlite3.Error as error:
            raise failed(self.path, error) from error
        self._idle.put(self._connect())
        # An open connection keeps SQLite from removing the companions, so that they stay the same ones.
        self._files = self._identities()

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
        found = self._identities()
        if found != self._files:
            self._write_back(found)
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    def _prepare(self, seed: Callable[[Transaction], None]) -> None:
        place = self.path.resolve()  # the path may be a link to a file that is missing
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            _make(place, seed)
        # SQLite says so only at the first write, without the file's name. It makes two files beside the store.
        for needed in (self.path, place.parent):
            if not os.access(needed, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(needed))

    def _identities(self) -> list[_Identity | None]:
        return [_identity(path) for path in self._watched]

    def _write_back(self, found: list[_Identity | None]) -> None:
        """Move the log's content into the database's file, and empty the log.

        SQLite would replay the log over a file that has taken the store's place, and lose it if the log is removed.
        """
        database, log, _ = found
        if database == self._file and log not in (None, self._files[1]):
            return  # another process may use the new log
        with suppress(Empty, sqlite3.Error):
            connection = self._idle.get_nowait()
            try:
                connection.execute("PRAGMA busy_timeout = 0")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                self._idle.put(connection)

    def _borrow(self) -> sqlite3.Connection:
        found = self._identities()
        if found != self._files:
            self._write_back(found)
            raise replaced(self.path)
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
        found: dict[str, set[str]] = {}
        for table, column in connection.execute(_ALL_COLUMNS):
            found.setdefault(table, set()).add(column)
        if layout not in (*_OLDER_LAYOUTS, _LAYOUT) or not found.keys() >= _COLUMNS.keys():
            raise foreign(self.path)
        needed = _COLUMNS | (_ADDED_COLUMNS if layout == _LAYOUT else {})
        if not all(found.get(table, set()) >= columns for table, columns in needed.items()):
            raise damaged(self.path)
        if layout in _OLDER_LAYOUTS:
            connection.executescript(_ADDED)
        # A killed process loses nothing; only a power failure may cost the last answers.
        connection.execute("PRAGMA synchronous = NORMAL")


def _identity(path: Path) -> _Identity | None:
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

"""Where objects live: a SQLite file, one row per object, shared by any number of processes."""

import json
import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from queue import Empty, LifoQueue

from drp_provider.embedded.documents import Document, encode

_SCHEMA = """
CREATE TABLE objects (
    prefix TEXT NOT NULL, key TEXT NOT NULL, name TEXT, body TEXT NOT NULL,
    PRIMARY KEY (prefix, key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX names ON objects (prefix, name) WHERE name IS NOT NULL;
CREATE TABLE preferences (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE passwords (user TEXT PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
PRAGMA user_version = 1;
"""
_LAYOUT = 1
# How long a writer waits for the one before it, in this process or another.
_PATIENCE_SECONDS = 30.0


class Transaction:
    """What one request sees and changes; all of it happens or none."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def body(self, prefix: str, key: str) -> str | None:
        """The stored JSON text of an object."""
        rows = self._connection.execute("SELECT body FROM objects WHERE prefix = ? AND key = ?", (prefix, key))
        row = rows.fetchone()
        return None if row is None else str(row[0])

    def get(self, prefix: str, key: str) -> Document | None:
        """An object by its key."""
        body = self.body(prefix, key)
        return None if body is None else _document(body)

    def has(self, prefix: str, key: str) -> bool:
        """Whether there is such an object."""
        return self.body(prefix, key) is not None

    def key_of(self, prefix: str, name: str) -> str | None:
        """The key of the object that bears this unique name, where the name is not the key."""
        rows = self._connection.execute("SELECT key FROM objects WHERE prefix = ? AND name = ?", (prefix, name))
        row = rows.fetchone()
        return None if row is None else str(row[0])

    def all(self, prefix: str) -> list[Document]:
        """Every object of a type, by key."""
        rows = self._connection.execute("SELECT body FROM objects WHERE prefix = ? ORDER BY key", (prefix,))
        return [_document(body) for (body,) in rows]

    def count(self, prefix: str) -> int:
        """How many objects of a type there are."""
        rows = self._connection.execute("SELECT count(*) FROM objects WHERE prefix = ?", (prefix,))
        return int(rows.fetchone()[0])

    def put(self, prefix: str, key: str, document: Document, name: str | None = None) -> str:
        """Store an object and return its JSON text; `name` where a unique name is not the key."""
        body = encode(document)
        self._connection.execute(
            "INSERT INTO objects VALUES (?, ?, ?, ?) ON CONFLICT (prefix, key)"
            " DO UPDATE SET name = excluded.name, body = excluded.body",
            (prefix, key, name, body),
        )
        return body

    def delete(self, prefix: str, key: str) -> None:
        """Forget an object."""
        self._connection.execute("DELETE FROM objects WHERE prefix = ? AND key = ?", (prefix, key))

    def preferences(self) -> dict[str, str]:
        """Every preference, by name."""
        return dict(self._connection.execute("SELECT name, value FROM preferences ORDER BY name"))

    def preference(self, name: str) -> str:
        """One preference; empty when it was never set."""
        rows = self._connection.execute("SELECT value FROM preferences WHERE name = ?", (name,))
        row = rows.fetchone()
        return "" if row is None else str(row[0])

    def set_preference(self, name: str, value: str) -> None:
        """Set one preference."""
        self._connection.execute("INSERT OR REPLACE INTO preferences VALUES (?, ?)", (name, value))

    def password_hash(self, user: str) -> str | None:
        """The hash of a user's password, never part of the user object."""
        rows = self._connection.execute("SELECT hash FROM passwords WHERE user = ?", (user,))
        row = rows.fetchone()
        return None if row is None else str(row[0])

    def set_password_hash(self, user: str, value: str | None) -> None:
        """Set a user's password hash, or forget it."""
        self._connection.execute("DELETE FROM passwords WHERE user = ?", (user,))
        if value is not None:
            self._connection.execute("INSERT INTO passwords VALUES (?, ?)", (user, value))

    def fact(self, name: str) -> str:
        """Something about the store itself, fixed when it was made."""
        rows = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,))
        row = rows.fetchone()
        return "" if row is None else str(row[0])

    def set_fact(self, name: str, value: str) -> None:
        """Record something about the store itself."""
        self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))


class Store:
    """A store in a file; a missing one is made whole or not at all.

    Args:
        path: The file. Its folder is made when missing.
        seed: Fills a fresh store.

    Raises:
        ValueError: The file is there and is not a store of this endpoint.
    """

    def __init__(self, path: str | Path, seed: Callable[[Transaction], None]) -> None:
        self.path = Path(path).absolute()
        self._closed = False
        self._writing = threading.Lock()
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _make(self.path, seed)
        self._idle.put(self._connect())

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Transaction]:
        """One transaction; a write holds the file's only write lock from the start."""
        # SQLite makes writers wait by polling. Those of this process queue up here instead.
        with self._writing if write else nullcontext():
            connection = self._borrow()
            try:
                connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                try:
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
        if layout != _LAYOUT:
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
            connection.executescript(_SCHEMA)
            connection.execute("BEGIN")
            seed(Transaction(connection))
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode = WAL")
        Path(path).hardlink_to(draft)
    except FileExistsError:
        pass  # another process was first, and its store is as good as ours
    finally:
        Path(draft).unlink()


def _document(body: str) -> Document:
    document: Document = json.loads(body)
    return document

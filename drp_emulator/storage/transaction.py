"""One transaction on the store: what a request reads and changes."""

import json
import sqlite3

from drp_emulator.storage.clock import now
from drp_emulator.wire.documents import Document, encode

_EVENTS_KEPT = 1024
"""A listener that falls further behind has lost events, and is disconnected."""
_EVENTS_BETWEEN_PRUNES = 128
_LONGEST_EVENTS = 128 * 1024 * 1024
"""How many characters the kept events may have together."""
_LONG_EVENT = 256 * 1024
"""The events are pruned at once after an event of this length."""
_TOO_LONG = """
SELECT max(number) FROM (SELECT number, sum(length(body)) OVER (ORDER BY number DESC) AS total FROM events)
WHERE total > ? AND number < ?
"""


class DamagedRow(sqlite3.DatabaseError):
    """A row does not hold an object."""

    sqlite_errorname = "SQLITE_CORRUPT"


class Transaction:
    """Read and change the store; either all changes happen or none."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def body(self, prefix: str, key: str) -> str | None:
        """Return the stored JSON text of an object; None if there is none."""
        rows = self._connection.execute("SELECT body FROM objects WHERE prefix = ? AND key = ?", (prefix, key))
        row = rows.fetchone()
        return None if row is None else str(row[0])

    def get(self, prefix: str, key: str) -> Document | None:
        """Return an object by its key; None if there is none."""
        body = self.body(prefix, key)
        return None if body is None else _document(body)

    def has(self, prefix: str, key: str) -> bool:
        """Return whether there is such an object."""
        # An object may be megabytes long, and so its body is not read.
        rows = self._connection.execute("SELECT 1 FROM objects WHERE prefix = ? AND key = ?", (prefix, key))
        return rows.fetchone() is not None

    def key_of(self, prefix: str, name: str) -> str | None:
        """Return the key of the object with this unique name, for types whose name is not the key."""
        rows = self._connection.execute("SELECT key FROM objects WHERE prefix = ? AND name = ?", (prefix, name))
        row = rows.fetchone()
        return None if row is None else str(row[0])

    def all(self, prefix: str) -> list[Document]:
        """Return every object of a type, in the order of keys."""
        rows = self._connection.execute("SELECT body FROM objects WHERE prefix = ? ORDER BY key", (prefix,))
        return [_document(body) for (body,) in rows]

    def count(self, prefix: str) -> int:
        """Return the number of objects of a type."""
        rows = self._connection.execute("SELECT count(*) FROM objects WHERE prefix = ?", (prefix,))
        return int(rows.fetchone()[0])

    def put(self, prefix: str, key: str, document: Document, name: str | None = None) -> str:
        """Store an object and return its JSON text; `name` is for types whose unique name is not the key."""
        body = encode(document)
        self._connection.execute(
            "INSERT INTO objects VALUES (?, ?, ?, ?) ON CONFLICT (prefix, key)"
            " DO UPDATE SET name = excluded.name, body = excluded.body",
            (prefix, key, name, body),
        )
        return body

    def delete(self, prefix: str, key: str) -> None:
        """Delete an object and its private key, so that values sealed for it cannot be opened."""
        self._connection.execute("DELETE FROM objects WHERE prefix = ? AND key = ?", (prefix, key))
        self._connection.execute("DELETE FROM private_keys WHERE prefix = ? AND key = ?", (prefix, key))

    def private_key(self, prefix: str, key: str) -> bytes | None:
        """Return the private key of an object; None if no client has asked for the public one."""
        rows = self._connection.execute("SELECT content FROM private_keys WHERE prefix = ? AND key = ?", (prefix, key))
        row = rows.fetchone()
        return None if row is None else bytes(row[0])

    def set_private_key(self, prefix: str, key: str, content: bytes) -> None:
        """Store the private key of an object, apart from the object."""
        self._connection.execute("INSERT INTO private_keys VALUES (?, ?, ?)", (prefix, key, content))

    def preferences(self) -> dict[str, str]:
        """Return every preference by name."""
        return dict(self._connection.execute("SELECT name, value FROM preferences ORDER BY name"))

    def preference(self, name: str) -> str:
        """Return a preference; empty if it was never set."""
        rows = self._connection.execute("SELECT value FROM preferences WHERE name = ?", (name,))
        row = rows.fetchone()
        return "" if row is None else str(row[0])

    def set_preference(self, name: str, value: str) -> None:
        """Set a preference."""
        self._connection.execute("INSERT OR REPLACE INTO preferences VALUES (?, ?)", (name, value))

    def password_hash(self, user: str) -> str | None:
        """Return the hash of a user's password, which is never part of the user object."""
        rows = self._connection.execute("SELECT hash FROM passwords WHERE user = ?", (user,))
        row = rows.fetchone()
        return None if row is None else str(row[0])

    def set_password_hash(self, user: str, value: str | None) -> None:
        """Set a user's password hash; None deletes it."""
        self._connection.execute("DELETE FROM passwords WHERE user = ?", (user,))
        if value is not None:
            self._connection.execute("INSERT INTO passwords VALUES (?, ?)", (user, value))

    def fact(self, name: str) -> str:
        """Return a fact about the store, fixed when it was made; empty if there is none."""
        rows = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,))
        row = rows.fetchone()
        return "" if row is None else str(row[0])

    def set_fact(self, name: str, value: str) -> None:
        """Record a fact about the store."""
        self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def record(self, event: Document, texts: tuple[str | None, str | None]) -> None:
        """Record an event; listeners receive it if the transaction commits.

        Args:
            event: Type, Action, Key and Principal.
            texts: Object and Original as JSON.
        """
        head = encode({"Time": now(), **event})
        body = f'{head[:-1]},"Object":{texts[0] or "null"},"Original":{texts[1] or "null"}}}'
        row = self._connection.execute(
            "INSERT INTO events (type, action, key, body) VALUES (?, ?, ?, ?)",
            (event["Type"], event["Action"], event["Key"], body),
        )
        number = row.lastrowid or 0
        if number % _EVENTS_BETWEEN_PRUNES == 0 or len(body) > _LONG_EVENT:
            (too_long,) = self._connection.execute(_TOO_LONG, (_LONGEST_EVENTS, number)).fetchone()
            last = max(number - _EVENTS_KEPT, too_long or 0)
            self._connection.execute("DELETE FROM events WHERE number <= ?", (last,))

    def last_event(self) -> int:
        """Return the number of the latest event; numbers have no gaps."""
        row = self._connection.execute("SELECT max(number) FROM events").fetchone()
        return int(row[0] or 0)

    def events_after(self, number: int) -> list[tuple[int, str, str, str, str]]:
        """Return number, type, action, key and text of every kept event after this number."""
        return self._connection.execute(
            "SELECT number, type, action, key, body FROM events WHERE number > ? ORDER BY number", (number,)
        ).fetchall()

    def append_log(self, job: str, content: bytes) -> None:
        """Append to the log of a job."""
        self._connection.execute("INSERT INTO logs (job, content) VALUES (?, ?)", (job, content))

    def log_length(self, job: str) -> int:
        """Return the bytes that the log of a job has; the log itself is not read."""
        rows = self._connection.execute("SELECT total(length(content)) FROM logs WHERE job = ?", (job,))
        return int(rows.fetchone()[0])

    def log(self, job: str, start: int = 0) -> bytes:
        """Return the log of a job from this byte on; pieces before it are not read."""
        rows = self._connection.execute(
            "SELECT number, length(content) FROM logs WHERE job = ? ORDER BY number", (job,)
        )
        pieces = []
        for number, length in rows:
            if start < length:
                piece = "SELECT substr(content, ?) FROM logs WHERE number = ?"
                pieces.append(self._connection.execute(piece, (start + 1, number)).fetchone()[0])
            start = max(start - length, 0)
        return b"".join(pieces)

    def forget_log(self, job: str) -> None:
        """Delete the log of a job."""
        self._connection.execute("DELETE FROM logs WHERE job = ?", (job,))


def _document(body: str) -> Document:
    try:
        document = json.loads(body)
    except (TypeError, ValueError):
        raise DamagedRow from None
    if not isinstance(document, dict):
        raise DamagedRow
    return document

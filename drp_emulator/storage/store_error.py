"""Errors of the store's file, each as one sentence with the file's path."""

import sqlite3
from pathlib import Path

# By the beginning of SQLite's extended error name.
_CAUSES = {
    "SQLITE_FULL": "is on a full disk: free some space",
    "SQLITE_IOERR": "cannot be read or written: check the disk, its quota and the limit on file sizes",
    "SQLITE_CORRUPT": "is damaged: remove it for a fresh one, or restore a copy",
    "SQLITE_NOTADB": "is not a store: choose another file",
    "SQLITE_BUSY": "is locked by another process: try again, or stop that process",
    "SQLITE_READONLY": "is not writable: check the permissions of the file and its folder",
    "SQLITE_CANTOPEN": "cannot be opened: check the permissions of the file and its folder",
}
_UNKNOWN = "cannot be used: remove it for a fresh one, or restore a copy"


class StoreError(ValueError):
    """The store cannot be used.

    Attributes:
        cause: What is wrong and the way out, without the path.
    """

    def __init__(self, path: Path, cause: str) -> None:
        self.cause = cause
        super().__init__(f"The emulator's store {path} {cause}.")


def failed(path: Path, error: sqlite3.Error) -> StoreError:
    """Return the error for one that SQLite has raised."""
    name = getattr(error, "sqlite_errorname", "")
    cause = next((cause for beginning, cause in _CAUSES.items() if name.startswith(beginning)), _UNKNOWN)
    return StoreError(path, cause)


def foreign(path: Path) -> StoreError:
    """Return the error for a file that is something else."""
    return StoreError(path, _CAUSES["SQLITE_NOTADB"])


def damaged(path: Path) -> StoreError:
    """Return the error for a store whose content is not what the emulator writes."""
    return StoreError(path, _CAUSES["SQLITE_CORRUPT"])


def replaced(path: Path) -> StoreError:
    """Return the error for a file that is gone, or another one than at the start."""
    return StoreError(path, "was removed or replaced while it was open: restart the emulator")


def unwritable(path: Path, error: OSError) -> StoreError:
    """Return the error for a file that the system does not let us make or write."""
    place = "" if error.filename in (None, str(path)) else f" at {error.filename}"
    return StoreError(path, f"cannot be written ({error.strerror or 'no reason given'}{place}): choose another file")

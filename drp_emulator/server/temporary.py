"""The temporary folder of an emulator, and those that killed emulators have left."""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

_PREFIX = "drp-emulator-"
_LOCK = "in-use"
_UNLOCKED = "made"


class TemporaryFolder:
    """A folder that is removed at the end, or by the next emulator if this one is killed.

    A lock on a file in it says that its emulator lives: the system lets go of the lock with the process, however that
    ends. A process id would say less, since it is used again and means another process in each container.

    Raises:
        OSError: The folder for temporary files takes none.
    """

    def __init__(self) -> None:
        parent = Path(tempfile.gettempdir())
        _remove_abandoned(parent)
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        self._lock = os.open(self.path / _UNLOCKED, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # Only now can another emulator find the lock, which it would take for abandoned before.
        (self.path / _UNLOCKED).rename(self.path / _LOCK)

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def _remove_abandoned(parent: Path) -> None:
    for folder in parent.glob(f"{_PREFIX}*"):
        # Another user's, a folder without a lock, or one that another emulator removes at the same time.
        with suppress(OSError):
            if folder.lstat().st_uid == os.getuid() and not folder.is_symlink():
                _remove_if_abandoned(folder)


def _remove_if_abandoned(folder: Path) -> None:
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)

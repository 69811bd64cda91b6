"""Packages from outside the standard library, for the few calls that need one."""

from __future__ import annotations

import os
import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

# The folders they are in; the caller knows, since this program starts without site-packages.
FOLDERS_VARIABLE = "DRPCLI_PACKAGES"


def imported(name: str) -> ModuleType:
    """Return the module of that name.

    Raises:
        ImportError: It is not installed for the emulator.
    """
    for folder in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep):
        if folder and folder not in sys.path:
            sys.path.append(folder)
    return import_module(name)

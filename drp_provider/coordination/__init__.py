"""Functions for the machines of a cluster, over the cluster profile: elect, join, wait, publish, show progress.

The same operations as the content pack's shell functions, for automation and for scripts that are not bash. Each is a
plain function over a `Client`, with a profile token (`GenerateProfileToken`) or any credentials that may write the
profile. Every write is one JSON Patch with a `test` of the value that was read.
"""

from drp_provider.coordination.election import NotInitialized, compare_and_set, elect, join
from drp_provider.coordination.progress import show_progress
from drp_provider.coordination.sharing import append, publish
from drp_provider.coordination.waiting import Aborted, WaitTimeout, wait_for, wait_for_count

__all__ = [
    "Aborted",
    "NotInitialized",
    "WaitTimeout",
    "append",
    "compare_and_set",
    "elect",
    "join",
    "publish",
    "show_progress",
    "wait_for",
    "wait_for_count",
]

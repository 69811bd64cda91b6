"""Names of the content pack `cluster-pattern` for programs: its folder, its workflow and its params.

`content/README.md` says what each of them means to the scripts.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

_HERE = Path(__file__).parent

CONTENT = _HERE / "content" if (_HERE / "content").is_dir() else _HERE.parent / "content"
"""The pack's folder: inside the installed package, beside `components` in the repository."""

WORKFLOW = "cluster-pattern"
"""Elects, publishes, waits, reports. A workflow of your own starts with the stage `cluster-pattern-elect`."""

LEADER = "cluster-pattern/leader"
"""Uuid of the machine that leads; `none` before the election."""

LEADERS = "cluster-pattern/leaders"
"""All leaders, the elected one first: `[{"Address", "Name", "Uuid"}]`."""

DATA = "cluster-pattern/data"
"""What the leader publishes: its own `{"Address", "Name", "Uuid"}`, unless a task of yours publishes more."""

REPORTS = "cluster-pattern/reports"
"""What each machine reports: `[{"Name", "Uuid", "Value"}]`."""

SIZE = "cluster-pattern/size"
"""Number of machines that must report before the leader is done."""

ABORT: Mapping[str, Any] = MappingProxyType({"cluster-pattern/abort": "the cluster is being reset"})
"""The params that end every wait of the scripts; the task that waits then fails."""

RUNTIME_PARAMS: Mapping[str, Any] = MappingProxyType({LEADER: "none", LEADERS: [], DATA: "none", REPORTS: []})
"""The `runtime_params` of a cluster that runs the pattern, with their initial values."""

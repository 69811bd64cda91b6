"""Scripts as machines get them, and what shellcheck thinks of them."""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.content.cluster import Cluster


def scripts(cluster: Cluster, tasks: Iterable[str]) -> dict[str, str]:
    """The script of each task, rendered for a machine `for-<task>` that carries the profile."""
    found = {}
    for task in tasks:
        cluster.admin.post("stages", {"Name": f"only-{task}", "Tasks": [task]})
        cluster.admin.post("workflows", {"Name": f"only-{task}", "Stages": [f"only-{task}"]})
        node = cluster.machine(f"for-{task}")
        node.start(f"only-{task}")
        (found[task],) = node.next_scripts()
    return found


def complaints(scripts: Mapping[str, str], folder: Path) -> str:
    """What shellcheck says, in full."""
    command: list[str | Path] = ["shellcheck"]
    for name, script in scripts.items():
        path = folder / f"{name}.sh"
        path.write_text(script)
        command.append(path)
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout

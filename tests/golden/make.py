"""`python -m tests.golden.make v0.2.0`: make the states of a new version. Those of released versions stay as they are.

The folder must hold the program. The first state is one without drift; before the second, another client has changed a
param, a workflow and a declared value, and a refresh has seen it.
"""

import json
import sys
import tempfile
from pathlib import Path

from drp_emulator import Emulator
from tests.golden.endpoint import objects_of
from tests.support.admin import AdminClient
from tests.support.agent import make_workflow
from tests.support.stack import ROOT, Stack, succeeded

HERE = Path(__file__).parent


def main(version: str) -> None:
    """Write `clean.json` and `drifted.json` into the version's folder.

    Raises:
        SystemExit: they exist already.
    """
    folder = HERE / version
    if (folder / "clean.json").exists():
        raise SystemExit(f"{folder.relative_to(ROOT)} has its states, which are never made again.")
    with Emulator(3) as emulator, tempfile.TemporaryDirectory() as scratch:
        admin = AdminClient(emulator.url)
        admin.post("profiles", {"Name": "adopted", "Params": {"theirs/kept": True}})
        admin.patch("machines/Name:node-3", {"op": "add", "path": "/Params/theirs~1kept", "value": True})
        make_workflow(admin, "theirs", "theirs-task")
        stack = Stack(Path(scratch), emulator.url, project=folder)
        run_program(stack, admin)
        save(stack, admin, folder / "clean.json")
        lines = [("/Params/golden~1own", 2), ("/Workflow", "theirs")]
        admin.patch("machines/Name:node-3", *({"op": "replace", "path": p, "value": v} for p, v in lines))
        emulator.wait_for("node-3", "idle", times=3)
        admin.set_param("profile", "golden/version", "theirs")
        succeeded(stack.refresh())
        save(stack, admin, folder / "drifted.json")


def run_program(stack: Stack, admin: AdminClient) -> None:
    """Run the program, and name a leader as soon as the cluster profile exists, as a machine's task would."""
    with stack.start("up", "--yes", "--skip-preview") as process:
        while process.poll() is None and not admin.exists("profiles/cluster"):
            pass
        if process.poll() is None:
            admin.set_param("cluster", "golden/leader", "node-2")
        text, _ = process.communicate()
    assert process.returncode == 0, text


def save(stack: Stack, admin: AdminClient, path: Path) -> None:
    """Write the state, without the source positions of this computer, and the endpoint's objects."""
    exported = json.loads(succeeded(stack.run("stack", "export")).text)
    for resource in exported["deployment"]["resources"]:
        for field in ("sourcePosition", "stackTrace"):
            resource.pop(field, None)
    path.write_text(json.dumps({"state": exported, "objects": objects_of(admin)}, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

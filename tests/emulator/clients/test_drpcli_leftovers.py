"""The commands that `drp-leftovers` prints, run as they stand with RackN's own drpcli."""

import os
import subprocess
from pathlib import Path

import pytest

from drp_emulator import EmulatedEndpoint
from drp_provider.models.fields import OWNER_KEY, RUN_KEY_PREFIX
from drp_provider.patch.progress_record import ProgressRecord, progress_key
from tests.support import leftovers
from tests.support.admin import AdminClient
from tests.support.leftovers import Listed, state

EARLIER, SHOWN = {"color": "black", "icon": 'it\'s "x"'}, {"color": "green", "icon": "ship"}
NAME = "Rack 4 zürich"
pytestmark = [
    pytest.mark.go,
    pytest.mark.timeout(1200),  # the first test on a machine waits for the build
    pytest.mark.filterwarnings("ignore:Unverified HTTPS request"),
]


def test_the_real_drpcli_takes_every_command(endpoint: EmulatedEndpoint, program: Path, tmp_path: Path) -> None:
    environment = {**leftovers.environment(endpoint.url), "RS_INSECURE": "true", "HOME": str(tmp_path)}
    environment["PATH"] = f"{program.parent}{os.pathsep}{environment['PATH']}"

    def listed() -> Listed:
        return leftovers.run("--state", "-", "--json", folder=tmp_path, environment=environment, given=state())

    admin, mark = AdminClient(endpoint.url, verify=False), {OWNER_KEY: "tests/dev/web"}
    admin.post("profiles", {"Name": NAME, "Meta": mark})
    admin.post("params", {"Name": "my/p", "Meta": mark})
    admin.post("contents", {"meta": {"Name": "pack", "Version": "v1", "Meta": mark}, "sections": {}})
    admin.post("workflows", {"Name": "prepare", "Stages": ["none"]})
    record = ProgressRecord(EARLIER, SHOWN).to_text()
    meta = {**SHOWN, RUN_KEY_PREFIX + NAME: "ab12:1", progress_key(NAME): record, progress_key("gone"): "{}"}
    machine = {"Name": "left", "Profiles": [NAME], "Workflow": "prepare", "Meta": meta}
    uuid = admin.post("machines", machine)["Uuid"]

    found = listed()
    objects = ["machine 'left'", "machine 'left'", f"profile '{NAME}'", "param 'my/p'", "content pack 'pack'"]
    assert found.objects == objects
    for command in found.commands("otherwise"):
        done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, check=False, text=True)
        assert (done.returncode, done.stderr) == (0, ""), command
    assert listed().found == []
    live = admin.get(f"machines/{uuid}")
    live["Meta"].pop("feature-flags", None)
    assert (live["Profiles"], live["Workflow"], live["Meta"]) == ([], "", EARLIER)
    for path in (f"profiles/{NAME}", "params/my/p", "contents/pack"):
        assert not admin.exists(path)

"""States of earlier versions load: no diff, refresh, update and destroy (docs/decisions/0012-persisted-names.md)."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.golden.endpoint import set_up
from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack, succeeded

pytestmark = pytest.mark.cli

VERSIONS = sorted(path.parent.name for path in Path(__file__).parent.glob("*/clean.json"))


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> Path:
    return Path(__file__).parent / str(request.param)


def loaded(version: Path, name: str, folder: Path, proxy: FaultProxy, admin: AdminClient) -> Stack:
    """Return a stack with the recorded state, at an endpoint with the recorded objects."""
    recorded: dict[str, Any] = json.loads((version / name).read_text())
    set_up(admin, recorded["objects"])
    stack = Stack(folder, proxy.url, project=version)
    (folder / "state.json").write_text(json.dumps(recorded["state"]))
    succeeded(stack.run("stack", "import", "--file", str(folder / "state.json")))
    proxy.forget()
    return stack


def test_a_clean_state_has_no_diff_and_goes_on(
    version: Path, tmp_path: Path, proxy: FaultProxy, admin: AdminClient
) -> None:
    stack = loaded(version, "clean.json", tmp_path, proxy, admin)
    succeeded(stack.run("preview", "--expect-no-changes"))
    succeeded(stack.run("refresh", "--yes", "--skip-preview", "--expect-no-changes"))
    writes = [call for call in proxy.calls() if not call.startswith(("GET", "HEAD"))]
    assert writes == []

    succeeded(stack.run("up", "--yes", "--skip-preview", "-c", "version=2.0"))
    changed = ("profile", "adopted", "cluster")
    assert [admin.params(name)["golden/version"] for name in changed] == ["2.0"] * len(changed)
    assert admin.params("cluster")["golden/leader"] == "node-2"
    assert admin.get("machines/Name:node-3")["Params"]["golden/version"] == "2.0"

    succeeded(stack.destroy())
    assert admin.params("adopted") == {"theirs/kept": True}
    assert not any(map(admin.exists, ("profiles/profile", "profiles/cluster", "params/golden/version")))
    machine = admin.get("machines/Name:node-3")
    assert (machine["Params"], machine["Meta"]["icon"], machine["Workflow"]) == ({"theirs/kept": True}, "server", "")


def test_a_drifted_state_keeps_what_others_wrote(
    version: Path, tmp_path: Path, proxy: FaultProxy, admin: AdminClient
) -> None:
    stack = loaded(version, "drifted.json", tmp_path, proxy, admin)
    succeeded(stack.run("refresh", "--yes", "--skip-preview", "--expect-no-changes"))
    succeeded(stack.destroy())
    machine = admin.get("machines/Name:node-3")
    assert machine["Params"] == {"theirs/kept": True, "golden/own": 2}
    assert machine["Workflow"] == "theirs"

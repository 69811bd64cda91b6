"""What mypy and pyright say of programs: nothing about right ones, and a line about each mistake.

pyright is run as basedpyright, which has the same checker inside its wheel and so needs no download at its first use.
"""

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import drp_provider as drp
from components import ClusterProfile
from tests.support import editor
from tests.support.checkout import ROOT

ALIAS = ROOT / "tools" / "import_path"
"""The checkout's `drp_components`."""
PROGRAMS = [ROOT / "__main__.py", *sorted(ROOT.glob("examples/*/__main__.py"))]

OWN = '''
"""A program with resources, links between them, and a component of its own."""

from typing import Any, Unpack

import pulumi

import drp_provider as drp
from drp_components import ClusterProfile, cluster_pattern

names = ["node-1", "node-2"]
token = pulumi.Output.secret("t0ken")


class Web(pulumi.ComponentResource):
    """A profile of web servers."""

    def __init__(self, resource_name: str, port: pulumi.Input[int], **common: Unpack[drp.ObjectInputs]) -> None:
        super().__init__("my:web:Web", resource_name, {}, common.pop("opts", None))
        params: dict[str, pulumi.Input[Any]] = {"web/port": port, "web/token": token}
        inner: drp.ObjectInputs = {**common, "opts": pulumi.ResourceOptions(parent=self)}
        self.profile = drp.Profile(resource_name, params=params, **inner)


web = Web("web", 80, description="Web servers", force=["web/port"], meta={"icon": "globe"}, adopt=True)
drp.Param("port", name="web/port", schema={"type": "integer", "default": 80})
drp.MachineSettings("node-1", machine="node-1", params={"web/weight": [1, 2]}, locked=True, force=("web/weight",))

pack = drp.ContentPack("pattern", path=cluster_pattern.CONTENT)
cluster = drp.ClusterProfile("team", params={"team/size": 2}, self_reference=["team/profile"], reset="1")
placed = [drp.MachineAssignment(name, machine=name, profile=cluster.name) for name in names]
flows = [
    drp.MachineWorkflow(f"{name}-flow", machine=name, workflow="w", cluster=cluster, assignment=assignment)
    for name, assignment in zip(names, placed, strict=True)
]
ready = drp.ClusterReady("team", cluster=cluster, machines=flows, workflow="w", params=["team/data"])
drp.ClusterReady("plain", profile="base", machines=[placed[0].machine_uuid, placed[1]], masked_values=[token, "text"])

farm = ClusterProfile(
    "farm",
    machines={"first": "node-3", "second": placed[0].machine_name},
    content=[pack],
    workflow=cluster_pattern.WORKFLOW,
    wait_for={"farm/data": {"ready": True}},
    wait_for_secrets=("farm/token",),
    name=web.profile.name.apply(lambda name: f"{name}-farm"),
)
pulumi.export("members", ready.members.apply(sorted))
pulumi.export("leader", farm.leader)
pulumi.export("data", farm.collected["farm/data"])
'''

MISTAKES = """
import drp_provider as drp
from components import ClusterProfile

ClusterProfile("a", machines="node-1")  # a text for a list
ClusterProfile("b", wait_for="my/data")  # a text for a list
drp.Profile("c", force="my/key")  # a text for a list
drp.MachineWorkflow("d", machine="m", workflow="w", final_workflows="x")  # a text for a list of Outputs
drp.Profile("e", parms={"my/key": 1})  # a name that does not exist
drp.Profile("f", meta={"icon": 1})  # a number for a text
drp.MachineAssignment("g", machine="node-1")  # a missing input
drp.ClusterReady("h", profile="p", machines=["u"], timeout="600")  # a text for a number
drp.ClusterReady("i", cluster=ClusterProfile("j"), machines=["u"])  # a component for a resource
"""

Found = dict[tuple[str, int], str]
"""Errors by file and line."""
Checker = Callable[[Path], Found]
"""Checks all programs in a folder."""


@pytest.fixture(scope="module")
def mypy(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    home = tmp_path_factory.mktemp("mypy")
    (home / "mypy.ini").write_text(f"[mypy]\nstrict = true\nmypy_path = {ALIAS}\n")

    def check(folder: Path) -> Found:
        settings = ["--config-file", str(home / "mypy.ini"), "--cache-dir", str(home)]
        command = [sys.executable, "-m", "mypy", *settings, *map(str, folder.glob("*.py"))]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        errors = re.findall(r"([^/\n]+\.py):(\d+): error: (.*)", done.stdout)
        return {(file, int(line)): message for file, line, message in errors}

    return check


@pytest.fixture(scope="module")
def pyright(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    home = tmp_path_factory.mktemp("pyright")

    def check(folder: Path) -> Found:
        settings = {"typeCheckingMode": "strict", "extraPaths": [str(ROOT), str(ALIAS)], "include": [str(folder)]}
        (home / "pyrightconfig.json").write_text(json.dumps(settings))
        command = ["-m", "basedpyright", "--outputjson", "--project", str(home), "--pythonpath", sys.executable]
        done = subprocess.run([sys.executable, *command], cwd=home, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        report = json.loads(done.stdout)
        assert report["summary"]["filesAnalyzed"] == len([*folder.glob("*.py")])
        errors = [one for one in report["generalDiagnostics"] if one["severity"] == "error"]
        return {(Path(one["file"]).name, one["range"]["start"]["line"] + 1): one["message"] for one in errors}

    return check


@pytest.fixture(params=["mypy", "pyright"])
def checker(request: pytest.FixtureRequest) -> Checker:
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


def test_a_type_checker_accepts_our_programs(checker: Checker, tmp_path: Path) -> None:
    for number, program in enumerate(PROGRAMS):
        (tmp_path / f"program_{number}.py").write_text(program.read_text())
    assert checker(tmp_path) == {}


def test_a_type_checker_accepts_a_program_of_ones_own(checker: Checker, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(OWN.lstrip())
    assert checker(tmp_path) == {}


def test_a_type_checker_reports_each_mistake(checker: Checker, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(MISTAKES)
    wrong = {("program.py", number) for number, line in enumerate(MISTAKES.splitlines(), 1) if "  # " in line}
    assert checker(tmp_path).keys() == wrong


def test_an_editor_shows_every_input_of_a_constructor(tmp_path: Path) -> None:
    program = (
        'import drp_provider as drp\nfrom components import ClusterProfile\ndrp.Profile("a", )\nClusterProfile("b", )\n'
    )
    with editor.opened(tmp_path, program) as shown:
        for line, resource, pointer, cursor in ((2, drp.Profile, 6, 17), (3, ClusterProfile, 2, 20)):
            own = [name for name in inspect.signature(resource).parameters if name != "common"]
            inputs = {*own, *drp.ObjectInputs.__annotations__}
            described = shown.hover(line, pointer)
            assert not [name for name in inputs if f"{name}: " not in described.partition("Args:")[2]]
            assert {f"{name}=" for name in inputs} <= shown.completions(line, cursor)

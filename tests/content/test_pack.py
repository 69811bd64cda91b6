"""The pack as such: complete, clean shell, and read by RackN's tools and by Go as it is read here."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.content.cluster import PROFILE, SEEDS, Cluster
from tests.content.pack import CONTENT, bundled
from tests.content.shell import complaints, scripts
from tests.support.go_programs import built

PACK = bundled()
TASKS = sorted(PACK["sections"]["tasks"])
METAS = [
    {},
    {"color": "blue"},
    {"icon": "", "note": "x"},
    {"color": "it's \"\\ $(x) zürich 🚀\u2028\n", "icon": "server", "cluster-progress/other": "{}"},
    {
        "color": "red",
        f"cluster-progress/{PROFILE}": '{"before":{"icon":"a\\"b"},"shown":{"color":"red","icon":"ship"}}',
    },
]
"""What machines show before the scripts of the tasks are made, one for each."""
LIBRARY = PACK["sections"]["templates"]["cluster-pattern-lib.tmpl"]["Contents"]


def test_everything_in_the_pack_is_usable_at_once(cluster: Cluster) -> None:
    admin = cluster.admin
    for prefix, section in PACK["sections"].items():
        for key in section:
            found = admin.get(f"{prefix}/{key}")
            assert (found["Available"], found["Errors"], found["Bundle"]) == (True, [], "cluster-pattern")


def test_every_object_says_what_it_is_for() -> None:
    undocumented = [
        (prefix, name)
        for prefix in ("params", "tasks", "workflows")
        for name, found in PACK["sections"][prefix].items()
        if not (found["Description"] and found["Documentation"] and found["Meta"]["icon"])
    ]
    assert undocumented == []


def test_the_seeds_are_the_defaults_that_the_params_document() -> None:
    params = PACK["sections"]["params"]
    assert {name: params[name]["Schema"]["default"] for name in SEEDS} == SEEDS
    assert "default" not in params["cluster-profile"]["Schema"]


def test_the_manual_names_every_param_task_stage_and_helper() -> None:
    manual = (CONTENT / "README.md").read_text()
    named = {name for prefix in ("params", "tasks", "stages") for name in PACK["sections"][prefix]}
    helpers = set(re.findall(r"^([a-z]\w+)\(\)", LIBRARY, re.MULTILINE))
    assert {name for name in named | helpers if f"`{name}" not in manual} == set()


def test_the_scripts_need_nothing_but_bash_drpcli_grep_and_sleep() -> None:
    assert not re.findall(r"\b(jq|awk|sed|python3?|perl|curl|date|cat)\b(?! says)", re.sub(r"#.*", "", LIBRARY))


def test_the_rendered_scripts_are_clean_shell(cluster: Cluster, tmp_path: Path) -> None:
    cluster.create(leader_count=2)
    assert complaints(scripts(cluster, TASKS), tmp_path) == ""
    outside = "#!/usr/bin/env bash\n" + re.sub(r"(?s){{ if .*?{{ else -}}\n(.*?){{ end -}}\n.*", r"\1", LIBRARY)
    assert 'echo "Missing cluster-profile on the machine!"\n' in outside
    assert complaints({"outside": outside}, tmp_path) == ""


@pytest.fixture(scope="session")
def go_program() -> Path:
    return built("content", "./content")


def held(wanted: Any, found: Any) -> bool:
    """Whether everything in the one is in the other, which may have more members."""
    if isinstance(wanted, dict):
        return all(held(value, found.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list):
        return len(wanted) == len(found) and all(map(held, wanted, found))
    return bool(wanted == found)


@pytest.mark.go
def test_drpcli_bundles_it_and_go_renders_it_as_it_is_done_here(
    cluster: Cluster, go_program: Path, tmp_path: Path
) -> None:
    target = tmp_path / "pack.json"
    subprocess.run([go_program, "bundle", CONTENT, target], check=True)
    theirs = json.loads(target.read_text())
    assert held(PACK, theirs)
    assert {prefix: set(section) for prefix, section in theirs["sections"].items()} == {
        prefix: set(section) for prefix, section in PACK["sections"].items()
    }

    cluster.create(leader_count=2)
    for task, meta in zip(TASKS, METAS, strict=True):
        cluster.admin.post("machines", {"Name": f"for-{task}", "Meta": meta})
    ours = scripts(cluster, TASKS)
    schemas = {name: found["Schema"] for name, found in PACK["sections"]["params"].items()}
    params = {name: schema["default"] for name, schema in schemas.items() if "default" in schema}
    for task, script in ours.items():
        machine = cluster.admin.get(f"machines/Name:for-{task}")
        token = re.findall(r"PROFILE_TOKEN='(.*)'", script)[0]
        data = {
            "Machine": {name: machine[name] for name in ("Name", "Address", "CurrentTask", "Meta")},
            "Params": {**params, **cluster.admin.params(PROFILE)},
            "Token": token,
        }
        done = subprocess.run(
            [go_program, "render", CONTENT], input=json.dumps(data), check=True, capture_output=True, text=True
        )
        assert json.loads(done.stdout)[task] == script

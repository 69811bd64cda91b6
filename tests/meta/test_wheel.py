"""The wheels: the SDK alone in an empty environment, and what each of the three distributions ships."""

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.support.admin import AdminClient
from tests.support.stack import ROOT, Stack

pytestmark = [
    pytest.mark.cli,
    pytest.mark.skipif(not os.environ.get("NEED_PACKAGE_INDEX"), reason="installs packages: NEED_PACKAGE_INDEX=1"),
]

PROGRAM = """
import pulumi
import drp_provider as drp
from drp_components import ClusterProfile, cluster_pattern
cluster = ClusterProfile("wheel", params={"my/x": 1}, machines=["node-1"], content=cluster_pattern.CONTENT)
pulumi.export("home", drp.__file__)
"""
MOST_DIRECT_PACKAGES = 7


def build(source: Path, folder: Path) -> Path:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    sources = {"sdk": ROOT, "emulator": ROOT / "drp_emulator", "gotemplate": ROOT / "gotemplate"}
    return {name: build(source, tmp_path_factory.mktemp(name)) for name, source in sources.items()}


def installed(home: Path, *wheels: Path | str) -> dict[str, str]:
    """Install wheels with what they declare, and nothing else; return every package and its version."""
    python = str(home / "bin" / "python")
    uv = ["uv", "--quiet"]
    subprocess.run([*uv, "venv", "--python", sys.executable, str(home)], check=True)
    subprocess.run([*uv, "pip", "install", "--python", python, *map(str, wheels)], check=True)
    listed = subprocess.run(
        ["uv", "pip", "list", "--python", python, "--format", "json"], check=True, capture_output=True, text=True
    )
    return {package["name"]: package["version"] for package in json.loads(listed.stdout)}


@pytest.fixture(scope="module")
def alone(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """An environment with the SDK's wheel alone, and its packages."""
    home = tmp_path_factory.mktemp("alone") / "venv"
    return home, installed(home, wheels["sdk"])


def use(stack: Stack, home: Path) -> None:
    stack.environment["PYTHONPATH"] = ""
    stack.environment["PATH"] = f"{home / 'bin'}:{stack.environment['PATH']}"
    stack.environment["VIRTUAL_ENV"] = str(home)
    (stack.folder / "__main__.py").write_text(PROGRAM)


def test_each_wheel_ships_its_packages_and_nothing_else(wheels: dict[str, Path]) -> None:
    expected = {
        "sdk": {"drp_provider", "drp_components", "pulumi_drp-0.1.0.dist-info"},
        "emulator": {"drp_emulator", "drp_emulator-0.1.0.dist-info"},
        "gotemplate": {"gotemplate", "drp_gotemplate-0.1.0.dist-info"},
    }
    for name, folders in expected.items():
        files = zipfile.ZipFile(wheels[name]).namelist()
        assert {file.partition("/")[0] for file in files} == folders
        assert any(file.endswith("/py.typed") for file in files)
        assert any(file.endswith("LICENSE") for file in files), name
        assert not any(file.endswith("pyproject.toml") for file in files)
    assert "drp_emulator/dashboard/static/index.html" in zipfile.ZipFile(wheels["emulator"]).namelist()


def test_the_sdk_asks_for_seven_packages_and_no_server(alone: tuple[Path, dict[str, str]]) -> None:
    direct = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert len(direct) <= MOST_DIRECT_PACKAGES
    assert not {"drp-emulator", "werkzeug", "simple-websocket", "jsonschema", "pynacl"} & alone[1].keys()


def test_the_sdk_alone_runs_a_cluster_on_another_endpoint(
    alone: tuple[Path, dict[str, str]], stack: Stack, admin: AdminClient
) -> None:
    use(stack, alone[0])
    assert stack.run("preview").ok
    done = stack.run("up", "--yes", "--skip-preview")
    assert done.ok, done.text
    assert str(alone[0]) in done.text
    assert admin.params("wheel") == {"cluster-profile": "wheel", "my/x": 1}
    assert "cluster-pattern" in admin.get("contents/cluster-pattern")["sections"]["workflows"]
    assert os.path.realpath(ROOT) not in done.text


def test_embedded_without_the_emulator_says_what_to_install(alone: tuple[Path, dict[str, str]], stack: Stack) -> None:
    use(stack, alone[0])
    stack.environment["RS_ENDPOINT"] = ""
    assert stack.run("config", "set", "drp:endpoint", "embedded").ok
    done = stack.run("up", "--yes", "--skip-preview")
    assert "drp:endpoint is `embedded`, which needs the emulator" in done.text
    assert "pip install 'pulumi-drp[emulator]'" in done.text
    assert "Traceback" not in done.text


def test_the_emulator_alone_runs_live_machines_without_the_sdk(wheels: dict[str, Path], tmp_path: Path) -> None:
    packages = installed(tmp_path / "venv", wheels["emulator"], wheels["gotemplate"])
    assert not {"pulumi", "pulumi-drp", "pydantic"} & packages.keys()
    command = [str(tmp_path / "venv" / "bin" / "drp-emulator"), "--port", "0", "--machines", "1"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environment) as running:
        assert running.stdout is not None
        lines = [running.stdout.readline(), running.stdout.readline()]
        running.terminate()
    assert any("with 1 simulated machine" in line for line in lines), lines

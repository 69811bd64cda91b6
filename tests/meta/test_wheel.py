"""The wheel works in an empty environment, from another directory."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.operator import Operator
from tests.support.stack import ROOT, Stack

pytestmark = pytest.mark.cli

PROGRAM = """
import pulumi
import drp_provider as drp
from drp_components import ClusterProfile, cluster_pattern
cluster = ClusterProfile("wheel", params={"my/x": 1}, machines=["node-1"], content=cluster_pattern.CONTENT)
pulumi.export("home", drp.__file__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_ships_both_packages_their_types_and_the_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "drp_provider/py.typed" in names
    assert "drp_components/cluster_profile.py" in names
    assert "drp_provider/embedded/application/app.py" in names
    assert any(name.endswith("LICENSE") for name in names)
    assert not any(name.startswith(("tests/", "components/", "bench/", "tools/")) for name in names)


def test_an_installed_wheel_runs_a_cluster_from_another_directory(
    wheel: Path, tmp_path: Path, stack: Stack, operator: Operator
) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    packages = next(home.glob("lib/python*/site-packages"))
    # Its dependencies come from the environment of the tests, the package itself from the wheel alone.
    theirs = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "dependencies.pth").write_text("\n".join(theirs))
    zipfile.ZipFile(wheel).extractall(packages)
    stack.environment["PYTHONPATH"] = ""
    stack.environment["PATH"] = f"{home / 'bin'}:{stack.environment['PATH']}"
    stack.environment["VIRTUAL_ENV"] = str(home)
    (stack.folder / "__main__.py").write_text(PROGRAM)
    done = stack.run("up", "--yes", "--skip-preview")
    assert done.ok, done.text
    assert str(packages) in done.text
    assert operator.params("wheel") == {"cluster-profile": "wheel", "my/x": 1}
    assert "cluster-pattern" in operator.get("contents/cluster-pattern")["sections"]["workflows"]
    assert os.path.realpath(ROOT) not in done.text

"""docs/install.md makes environments in which its program runs, and the README's own steps are among them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import machines
from tests.support.checkout import network_settings
from tests.support.document import blocks
from tests.support.session import follow
from tests.support.stack import KEY, ROOT

PAGE = blocks(ROOT / "docs" / "install.md")
PIP, UV, POETRY, START = (block.text for block in PAGE if block.language == "sh")
(YAML,), (PROGRAM,), (SESSION,) = (
    [block.text for block in PAGE if block.language == language] for language in ("yaml", "python", "console")
)
SOURCES = "CHECKOUT/gotemplate CHECKOUT/drp_emulator CHECKOUT"
pytestmark = pytest.mark.timeout(1200)  # pip builds three wheels and downloads what they depend on
needs_packages = pytest.mark.skipif(
    not os.environ.get("NEED_PACKAGE_INDEX"), reason="installs packages: NEED_PACKAGE_INDEX=1"
)


def environment(folder: Path) -> dict[str, str]:
    """Return what a reader has in a new terminal: tools on PATH, and nothing of this project."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    for name in ("uv", "poetry"):
        found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        if found and not (tools / name).exists():
            (tools / name).symlink_to(found)
    (tools / "python3").unlink(missing_ok=True)
    (tools / "python3").symlink_to(getattr(sys, "_base_executable", sys.executable))
    settings = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return {"PATH": f"{tools}{os.pathsep}{os.defpath}", "HOME": str(folder), **network_settings(), **settings}


def shell(script: str, folder: Path) -> str:
    """Run a block of the page in a folder."""
    done = subprocess.run(
        ["bash", "-ec", script.replace("CHECKOUT", str(ROOT))],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_readme_installs_what_the_page_installs() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "pip install CHECKOUT/{gotemplate,drp_emulator,}" in readme
    assert all(SOURCES in block for block in (PIP, UV, POETRY))
    assert "pip install 'pulumi-drp[emulator]'" in readme


@pytest.mark.cli
@needs_packages
def test_uv_installs_what_programs_import_and_pulumi_calls(tmp_path: Path) -> None:
    check = "python -c 'import drp_components, drp_emulator' && python -m pip --version"
    assert "pip" in shell(f"{UV}\n{check}", tmp_path)


@pytest.mark.cli
@needs_packages
def test_the_page_leads_to_a_first_run_with_pip(tmp_path: Path) -> None:
    shell(PIP, tmp_path)
    project = tmp_path / "my-cluster"
    (project / "Pulumi.yaml").write_text(YAML)
    (project / "__main__.py").write_text(PROGRAM)
    pulumi = shutil.which("pulumi", path=f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert pulumi
    given = environment(tmp_path)
    given["PATH"] = os.pathsep.join([str(project / ".venv" / "bin"), given["PATH"], str(Path(pulumi).parent)])
    with machines.started_by(START, tmp_path) as endpoint:
        given |= {
            "RS_ENDPOINT": endpoint,
            "RS_KEY": KEY,
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_HOME": str(tmp_path / "home"),
        }
        # `--local` is the home folder of the account, whatever HOME says, so the test logs in to a folder of its own.
        follow(SESSION.replace("pulumi login --local", f"pulumi login file://{tmp_path}"), project, given)

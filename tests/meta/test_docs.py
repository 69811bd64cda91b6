"""What the documents show is what the project does."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("docs", "changelog.d", "content", "examples")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md"))])
README = (ROOT / "README.md").read_text()
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def blocks(text: str, language: str) -> list[str]:
    """The code blocks of one language, unindented."""
    return [textwrap.dedent(code) for _, found, code in _BLOCK.findall(text) if found == language]


def programs() -> dict[str, str]:
    """Return every Python program of the documents and the examples, by a name that says where it stands."""
    found = {
        f"{path.relative_to(ROOT)}-{number}": code
        for path in DOCUMENTS
        for number, code in enumerate(blocks(path.read_text(), "python"), 1)
    }
    return found | {
        str(path.relative_to(ROOT)): path.read_text() for path in sorted(ROOT.glob("examples/*/__main__.py"))
    }


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def test_the_python_in_the_documents_satisfies_the_type_checker(tmp_path: Path) -> None:
    files = []
    for name, code in programs().items():
        files.append(tmp_path / f"{re.sub(r'[^a-z0-9]+', '_', name.lower())}.py")
        files[-1].write_text(code)
    settings = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(tmp_path / "cache")]
    command = [sys.executable, "-m", "mypy", *settings, *map(str, files)]
    done = run(*command, cwd=ROOT, MYPYPATH="tools/import_path")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_table_of_settings_is_the_one_that_settings_give() -> None:
    done = run(sys.executable, "tools/settings_table.py", "--check", cwd=ROOT)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_inside_the_project_lead_somewhere(document: Path) -> None:
    targets = [link.partition("#")[0] for link in _LINK.findall(document.read_text()) if "://" not in link]
    assert not [target for target in targets if target and not (document.parent / target).exists()]


def test_every_make_target_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for path in DOCUMENTS for name in re.findall(r"\bmake ([a-z-]+)[`;]", path.read_text())}
    named |= set(re.findall(r"^make ([a-z-]+)", "\n".join(blocks(README, "sh")), re.MULTILINE))
    assert named <= targets


def test_every_module_named_in_the_documents_exists() -> None:
    pattern = re.compile(r"`((?:drp_provider|tests|tools|docs)/[\w./-]+)`")
    named = {name for path in DOCUMENTS for name in pattern.findall(path.read_text())}
    examples = {"drp_provider/models/workflow.py", "drp_provider/objects/workflow.py"}  # the recipe makes them
    assert not sorted(name for name in named - examples if not (ROOT / name).exists())


def test_every_resource_stands_in_the_readme() -> None:
    import drp_provider

    resources = [name for name in drp_provider.__all__ if "objects" in drp_provider._HOMES.get(name, "")]
    assert resources
    assert not [name for name in resources if f"| `drp.{name}` |" not in README]


def test_the_installed_name_of_the_components_gives_the_same() -> None:
    code = (
        "import components, drp_components; "
        "assert drp_components.__all__ == components.__all__; "
        "assert drp_components.ClusterProfile is components.ClusterProfile"
    )
    done = run("tools/clean-env", "python", "-c", code, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_the_glossary_is_short_and_explains_each_word_once() -> None:
    rows = re.findall(r"^\| ([a-z][^|]*) \|", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE)
    words = [row for row in rows if row != "word"]
    assert 20 < len(words) <= 40
    assert len(set(words)) == len(words)


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert not [page for page in sorted(pages) if f"({page}" not in index]

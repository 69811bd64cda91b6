"""Ask the `pulumi` command, in the current folder, for the state and the configuration of a stack."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from drp_provider.leftovers.state import StateError

PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
_CONFIG = TypeAdapter(dict[str, dict[str, Any]])
_CREDENTIALS = ("RS_TOKEN", "RS_KEY")
_WITHOUT = "set RS_ENDPOINT and RS_KEY and pass --state FILE"


def exported_state(stack: str) -> str:
    """Return what `pulumi stack export` prints; an empty name means the selected stack."""
    return _pulumi("stack", "export", *_of(stack))


def names(stack: str) -> tuple[str, str]:
    """Return the project of this folder, and the name of the stack without its organization."""
    return _project_name(), (stack or _pulumi("stack", "--show-name").strip()).rpartition("/")[2]


def _project_name() -> str:
    """Return the name in the project file of this folder, or of one above it; empty if there is no such file."""
    here = Path.cwd()
    for path in (folder / name for folder in (here, *here.parents) for name in PROJECT_FILES):
        if path.is_file():
            try:
                found = yaml.safe_load(path.read_text())
            except (yaml.YAMLError, OSError, ValueError):
                return ""
            return str(found.get("name") or "") if isinstance(found, dict) else ""
    return ""


def endpoint_config(stack: str) -> dict[str, Any]:
    """Return the configuration, if the environment does not name the endpoint and the credentials.

    Raises:
        StateError: the `pulumi` command does not print it.
    """
    if os.environ.get("RS_ENDPOINT") and any(os.environ.get(name) for name in _CREDENTIALS):
        return {}
    try:
        found = _CONFIG.validate_json(_pulumi("config", "--json", "--show-secrets", *_of(stack)))
    except ValidationError:
        raise StateError("`pulumi config --json` printed no configuration: set RS_ENDPOINT and RS_KEY.") from None
    return {key: one.get("value") for key, one in found.items()}


def _of(stack: str) -> Sequence[str]:
    return ("--stack", stack) if stack else ()


def _pulumi(*words: str) -> str:
    """Run the command and return its standard output.

    Raises:
        StateError: there is no such command, or it fails.
    """
    subject = f"`{' '.join(['pulumi', *words])}`"
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, and the name of a stack as one word
            ["pulumi", *words, "--non-interactive", "--color", "never"],  # noqa: S607 - the user's own command
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError:
        raise StateError(f"{subject} cannot be started: put the `pulumi` command on PATH, or {_WITHOUT}.") from None
    if done.returncode != 0:
        raise StateError(f"{subject} failed ({_reason(done.stderr)}): correct that, or {_WITHOUT}.")
    return done.stdout


def _reason(output: str) -> str:
    """Return the first error that Pulumi printed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("error:").strip() for line in lines if line.startswith("error:")]
    return (errors or lines or ["it gave no reason"])[0].rstrip(".:")

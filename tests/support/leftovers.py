"""Run `python -m drp_provider.leftovers` as a person does, and follow what it says."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.stack import KEY, ROOT

PROJECT, STACK = "tests", "dev"


@dataclass(frozen=True)
class Listed:
    """What the command printed, and its exit code."""

    code: int
    said: str
    complaint: str

    @property
    def found(self) -> list[dict[str, Any]]:
        """The entries of `--json`."""
        return list(json.loads(self.said)["leftovers"])

    @property
    def objects(self) -> list[str]:
        return [one["object"] for one in self.found]

    def commands(self, choice: str) -> list[str]:
        """The commands of all entries in their order, each once."""
        return list(dict.fromkeys(command for one in self.found for command in one[choice]))


def run(*words: str, folder: Path, environment: Mapping[str, str], given: bytes = b"") -> Listed:
    """Run the command in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "drp_provider.leftovers", *words],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        input=given,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return Listed(done.returncode, done.stdout.decode(), done.stderr.decode())


def environment(url: str) -> dict[str, str]:
    """The endpoint's address and credentials, and no more of the caller's than the search path."""
    return {"PATH": os.environ["PATH"], "RS_ENDPOINT": url, "RS_KEY": KEY}


def resource(kind: str, name: str, id_: str, **outputs: Any) -> dict[str, Any]:
    """A resource as `pulumi stack export` shows it."""
    type_ = f"pulumi-python:dynamic/drp:{kind}"
    return {"urn": f"urn:pulumi:{STACK}::{PROJECT}::{type_}::{name}", "type": type_, "id": id_, "outputs": outputs}


STACK_ITSELF = {"urn": f"urn:pulumi:{STACK}::{PROJECT}::pulumi:pulumi:Stack::tests-dev", "type": "pulumi:pulumi:Stack"}


def state(resources: Iterable[dict[str, Any]] = (), pending: Iterable[dict[str, Any]] = ()) -> bytes:
    """The output of `pulumi stack export`."""
    deployment = {"resources": [STACK_ITSELF, *resources], "pending_operations": list(pending)}
    return json.dumps({"version": 3, "deployment": deployment}).encode()

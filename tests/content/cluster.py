"""Machines of a cluster whose scripts run as real processes, one job at a time, when a test says so."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from drp_emulator import EmulatedEndpoint
from tests.support.admin import AdminClient

PROFILE = "example"
SEEDS: dict[str, Any] = {
    "cluster-pattern/leader": "none",
    "cluster-pattern/leaders": [],
    "cluster-pattern/data": "none",
    "cluster-pattern/reports": [],
}
_CREATED, _NOTHING_NOW = 201, 204
_INHERITED = {name: value for name, value in os.environ.items() if not name.startswith(("RS_", "DRP_"))}


@dataclass(frozen=True)
class Run:
    """One script that ran."""

    task: str
    code: int
    said: str


class Machine:
    """A machine's agent, as far as the content needs one.

    Args:
        admin: Gives it its token.
        url: The endpoint.
        name: The machine.
        home: Its folder.
        path: Where its commands are.
    """

    def __init__(self, admin: AdminClient, url: str, name: str, home: Path, path: str) -> None:
        self._operator, self.name, self.home = admin, name, home
        home.mkdir()
        self.uuid = str(admin.get(f"machines/Name:{name}")["Uuid"])
        # Older endpoints give a machine's token only to the machine itself: there the agent has an admin's.
        modern = admin.exists(f"machines/{self.uuid}/token")
        self._token = str(admin.get(f"machines/{self.uuid}/token" if modern else "users/rocketskates/token")["Token"])
        self._root = f"{url}/api/v3"
        environment = {"RS_ENDPOINT": url, "RS_TOKEN": self._token, "RS_UUID": self.uuid, "HOME": str(home)}
        self._environment = {**_INHERITED, **environment, "PATH": path}

    @property
    def shows(self) -> tuple[str, str]:
        """Its colour and its icon."""
        meta = self._operator.get(f"machines/{self.uuid}")["Meta"]
        return meta.get("color", ""), meta.get("icon", "")

    def start(self, workflow: str) -> None:
        """Set the workflow anew and make the machine runnable."""
        for name in ("", workflow):
            self._set("machines", self.uuid, Workflow=name)
        self._set("machines", self.uuid, Runnable=True)

    def run(self, workflow: str = "", *, until: str = "", environment: Mapping[str, str] | None = None) -> list[Run]:
        """Run to the end of the workflow, the first failure, or the end of a task.

        Args:
            workflow: Start this one first; empty: go on.
            until: The task after which the machine does no more.
            environment: More for its scripts.
        """
        if workflow:
            self.start(workflow)
        runs: list[Run] = []
        while not runs or (runs[-1].code == 0 and runs[-1].task != until):
            job = self._next_job()
            if job is None:
                break
            runs.append(self._perform(job, environment or {}))
        return runs

    def _next_job(self) -> dict[str, Any] | None:
        while True:
            answer = self._send("POST", "jobs", {"Machine": self.uuid})
            if answer.status_code == _CREATED:
                job: dict[str, Any] = answer.json()
                return job
            assert answer.status_code == _NOTHING_NOW, answer.text
            machine = self._operator.get(f"machines/{self.uuid}")
            if machine["CurrentTask"] >= len(machine["Tasks"]):
                return None

    def next_scripts(self) -> list[str]:
        """Take the next job, and look at its scripts instead of running them."""
        job = self._next_job()
        assert job is not None
        return self._scripts_of(job)

    def _scripts_of(self, job: Mapping[str, Any]) -> list[str]:
        answer = self._send("GET", f"jobs/{job['Uuid']}/actions")
        assert answer.status_code == 200, answer.text
        return [action["Content"] for action in answer.json()]

    def _perform(self, job: Mapping[str, Any], environment: Mapping[str, str]) -> Run:
        key, task = str(job["Uuid"]), str(job["Task"])
        self._set("jobs", key, State="running")
        code, said = 0, ""
        for content in self._scripts_of(job):
            script = self.home / f"{key}.sh"
            script.write_text(content)
            done = subprocess.run(
                ["bash", script],
                cwd=self.home,
                env={**self._environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=250,
            )
            code, said = done.returncode, said + done.stdout
            if code:
                break
        self._set("jobs", key, State="failed" if code else "finished", ExitState="failed" if code else "complete")
        return Run(task, code, said)

    def _set(self, prefix: str, key: str, **members: Any) -> None:
        lines = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in members.items()]
        answer = self._send("PATCH", f"{prefix}/{key}", lines)
        assert answer.status_code == 200, answer.text

    def _send(self, method: str, path: str, body: Any = None) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            headers = {"Authorization": f"Bearer {self._token}"}
            return session.request(method, f"{self._root}/{path}", json=body, headers=headers, timeout=30)


class Cluster:
    """A profile, and machines that carry it.

    Args:
        endpoint: Where they live. The content is there already.
        admin: An admin's shell there.
        folder: For the machines' files.
        commands: Where `drpcli` is.
    """

    def __init__(self, endpoint: EmulatedEndpoint, admin: AdminClient, folder: Path, commands: Path) -> None:
        self.admin = admin
        self._endpoint, self._folder = endpoint, folder
        self._path = f"{commands}{os.pathsep}{os.environ['PATH']}"
        self._scripts = 0

    def create(self, **params: Any) -> None:
        """The profile that names itself, with its seeds."""
        named = {f"cluster-pattern/{name.replace('_', '-')}": value for name, value in params.items()}
        params = {"cluster-profile": PROFILE, "cluster-pattern/timeout": 120, **SEEDS, **named}
        self.admin.post("profiles", {"Name": PROFILE, "Params": params})

    def machine(self, name: str, *, carries: str | None = PROFILE, proxy: str = "") -> Machine:
        """A machine, created if it is missing, that carries the profile, and perhaps goes through a proxy."""
        if not self.admin.exists(f"machines/Name:{name}"):
            self.admin.post("machines", {"Name": name})
        if carries is not None and carries not in self.admin.profiles_of(name):
            line = {"op": "add", "path": "/Profiles/-", "value": carries}
            self.admin.patch(f"machines/Name:{name}", line)
        home = self._folder / name
        return Machine(self.admin, proxy or self._endpoint.url, name, home, self._path)

    def machines(self, count: int) -> list[Machine]:
        return [self.machine(f"node-{number}") for number in range(1, count + 1)]

    def script(self, text: str) -> str:
        """A workflow of one task of somebody's own, which uses the helpers."""
        self._scripts += 1
        name = f"own-{self._scripts}"
        include = '#!/usr/bin/env bash\n{{ template "cluster-pattern-lib.tmpl" . }}\n'
        templates = [{"Name": "script", "Contents": include + text}]
        self.admin.post("tasks", {"Name": name, "Templates": templates})
        self.admin.post("stages", {"Name": name, "Tasks": [name]})
        self.admin.post("workflows", {"Name": name, "Stages": [name]})
        return name

    def run(self, machine: Machine, text: str) -> Run:
        """Run a script with the helpers on a machine."""
        (only,) = machine.run(self.script(text))
        return only

    def say(self, machine: Machine, text: str) -> str:
        """What a script prints that must succeed, without its log."""
        done = self.run(machine, f"{{\n{text}\n}} >answer\n")
        assert done.code == 0, done.said
        return (self._folder / machine.name / "answer").read_text()

    def param(self, name: str) -> Any:
        return self.admin.params(PROFILE)[f"cluster-pattern/{name}"]

    def set(self, name: str, value: Any) -> None:
        self.admin.set_param(PROFILE, f"cluster-pattern/{name}", value)

    def reset(self) -> None:
        """Back to the seeds."""
        for key, value in SEEDS.items():
            self.admin.set_param(PROFILE, key, value)


def together(machines: Sequence[Machine], workflow: str) -> list[list[Run]]:
    """Run a workflow on all of them at the same time."""
    with ThreadPoolExecutor(len(machines)) as pool:
        return list(pool.map(lambda machine: machine.run(workflow), machines))

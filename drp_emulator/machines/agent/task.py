"""One job: its scripts are fetched, run and reported, in the order and with the words of DRP's agent."""

from __future__ import annotations

import os
from contextlib import suppress

from drp_emulator.client import http_client
from drp_emulator.drpcli.problems import Refused
from drp_emulator.machines.agent import script
from drp_emulator.machines.agent.exits import Signals, signals_of
from drp_emulator.machines.agent.helper import HELPER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from drp_emulator.machines.agent.client import Client
    from drp_emulator.machines.agent.host_context import HostContext

_LOG_BYTES = 65536
_TICK_SECONDS = 0.5
_SYSTEM = "linux"


class Log:
    """A job's log at the endpoint, written while the job runs."""

    def __init__(self, client: Client, job: str) -> None:
        self._client = client
        self._path = f"jobs/{job}/log"
        self._pending = b""
        self._lost = False

    def line(self, text: str) -> None:
        """Add a line."""
        self.write(text.encode() + b"\n")

    def write(self, content: bytes) -> None:
        """Add output; send it when enough has come together, and with nothing to add: now."""
        self._pending += content
        if not content or len(self._pending) >= _LOG_BYTES:
            self.flush()

    def flush(self) -> None:
        """Send what is there. A log that cannot be sent is given up, the job goes on."""
        pending, self._pending = self._pending, b""
        if not pending or self._lost:
            return
        try:
            self._client.append(self._path, pending)
        except (Refused, http_client.NoResponse):
            self._lost = True


class TaskRun:
    """A job under way.

    Args:
        client: The conversation with the endpoint.
        host: The machine.
        machine: The machine's object, as the agent saw it last.
        job: The job.
        sane: The task's exit codes have the meaning of the feature `sane-exit-codes`.
        banner: The first line of the log.
        runner_folder: The agent's own.
    """

    def __init__(
        self,
        client: Client,
        host: HostContext,
        machine: Any,
        job: Any,
        *,
        sane: bool,
        banner: str,
        runner_folder: str,
    ) -> None:
        self._client, self._host, self._machine, self._job = client, host, machine, job
        self._path = f"jobs/{job['Uuid']}"
        self._sane = sane
        self._runner_folder = runner_folder
        self.log = Log(client, job["Uuid"])
        self.signals = Signals()
        self._state = "incomplete"
        self.log.line(banner)

    def run(self) -> None:
        """Run it, and record how it ended, after an error too.

        Raises:
            Refused: The endpoint would not have it so.
            NoResponse: The endpoint is not there.
        """
        folder = f"{self._runner_folder}/{self._job['Task']}-{self._job['Uuid']}"
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        try:
            self._perform(folder)
        finally:
            self._finish()
            _remove(folder)

    def _perform(self, folder: str) -> None:
        names = ":".join((self._job.get("Workflow", ""), self._job["Stage"], self._job["Task"]))
        self._client.patch(self._path, ("test", "/State", self._job["State"]), ("replace", "/State", "running"))
        self.log.line(f"Starting task {names} on {self._machine['Name']}")
        offset = self._host.begin_task(self._job["Task"])
        try:
            actions = self._client.get(f"{self._path}/actions?os={_SYSTEM}")
        except Refused as error:
            # As RackN's agent of 4.16 does. That of 4.8 tried again every second, for ever.
            self.log.line(f"Failed to render actions: {error}")
            self.signals.failed, self._state = True, "failed"
            return
        with open(f"{folder}/helper", "w", encoding="utf-8") as helper:  # noqa: PTH123
            helper.write(HELPER)
        for place, action in enumerate(actions):
            if self._settled(action, folder, offset, final=place == len(actions) - 1):
                break
        if not self.signals.failed and not self.signals.incomplete:
            self._state = "finished"
        self.log.line(f"Task {self._job['Task']} {self._state}")

    def _settled(self, action: Any, folder: str, offset: str, *, final: bool) -> bool:
        """Carry out one action; returns whether the rest is left out."""
        self.signals = Signals()
        try:
            if action["Path"]:
                self._expand(action, folder)
            else:
                self.signals = signals_of(self._script(action, folder, offset), sane=self._is_sane(folder))
        except (OSError, script.NotStarted) as error:
            self.log.line(f"Command failed to start: {error}")
            self.signals.failed = True
        self.log.line(f"Action {action['Name']} finished")
        if self.signals.failed:
            self._state = "failed"
            return True
        if self.signals.incomplete and not final:
            self.signals.incomplete = False  # an early good end of the task
            return True
        if self.signals.leaves:
            self.signals.incomplete = self.signals.incomplete or not final
            return True
        return False

    def _expand(self, action: Any, folder: str) -> None:
        """Write a file. All paths stay below the machine's folder: a simulated machine has no disk of its own."""
        path: str = action["Path"]
        path = f"{self._host.folder}/root{path}" if path.startswith("/") else f"{folder}/{path}"
        self.log.line(f"Writing {action['Name']} to {path}")
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(action["Content"])

    def _script(self, action: Any, folder: str, offset: str) -> int:
        path = f"{folder}/{self._job['Task']}-{action['Name'].replace('/', '-')}"
        with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(action["Content"])
        os.chmod(path, 0o700)  # noqa: PTH101
        self.log.line(f"Starting command ./{os.path.basename(path)}\n")  # noqa: PTH119
        self.log.line("Command running")
        environment = {
            **self._host.environment,
            "RS_RUNNER_DIR": self._runner_folder,
            "RS_TASK_DIR": folder,
            "RS_UUID": self._host.uuid,
            "RS_ENDPOINT": self._client.endpoint,
            "RS_TOKEN": self._job.get("Token") or self._client.token,
            "DRP_CLOCK_OFFSET": offset,
        }
        code = script.run(path, environment, self._host, self.log.write, _TICK_SECONDS)
        self.log.line(f"Command exited with status {code}")
        return code

    def _is_sane(self, folder: str) -> bool:
        return self._sane or os.path.isfile(f"{folder}/.sane-exit-codes")  # noqa: PTH113

    def _finish(self) -> None:
        """Update the machine, then the job: a client that waits for the job's end sees a machine that has stopped."""
        if self.signals.failed or self.signals.incomplete or self.signals.leaves:
            self._mark_not_runnable()
        exit_state = "failed" if self._state == "failed" else self.signals.exit_state
        self.log.flush()
        try:
            self._client.patch(
                self._path,
                ("test", "/State", "running"),
                ("replace", "/State", self._state),
                ("replace", "/ExitState", exit_state),
            )
        except (Refused, http_client.NoResponse) as error:
            self.log.line(f"Failed to update the job to its final state {self._state}: {error}")
            self.log.flush()

    def _mark_not_runnable(self) -> None:
        name = self._machine["Name"]
        try:
            self._client.patch(
                f"machines/{self._machine['Uuid']}",
                ("test", "/Runnable", True),
                ("replace", "/Runnable", False),
            )
            self.log.line(f"Marked machine {name} as not runnable")
        except (Refused, http_client.NoResponse) as error:
            self.log.line(f"Failed to mark machine {name} as not runnable: {error}")


def _remove(folder: str) -> None:
    """Remove a folder; what cannot be removed stays, until the emulator removes everything."""
    for place, folders, files in os.walk(folder, topdown=False):
        for names, remove in ((files, os.remove), (folders, _remove_link_or_folder)):
            for name in names:
                with suppress(OSError):
                    remove(f"{place}/{name}")
    with suppress(OSError):
        os.rmdir(folder)  # noqa: PTH106


def _remove_link_or_folder(path: str) -> None:
    (os.remove if os.path.islink(path) else os.rmdir)(path)  # noqa: PTH114

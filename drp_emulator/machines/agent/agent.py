"""The agent's states: begin, wait until the machine is runnable, run a task, wait for more."""

from __future__ import annotations

import os
import time

from drp_emulator.client import http_client
from drp_emulator.drpcli.problems import Refused
from drp_emulator.machines.agent import exits
from drp_emulator.machines.agent.task import TaskRun

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from drp_emulator.client.websocket_client import Events
    from drp_emulator.machines.agent.client import Client
    from drp_emulator.machines.agent.host_context import HostContext

    State = Callable[[], "State | int"]

# Events bring the news; this is for news that got lost.
_POLL_SECONDS = 5.0
# After anything went wrong; DRP's agent takes 5 s.
_REST_SECONDS = 0.5
_NO_CONTENT, _NOT_FOUND = 204, 404
# What a token gets whose machine, or whose machine's secret, is no more.
_REVOKED = {"Model": "", "Key": "", "Type": "AUTH", "Messages": ["Validation failed"], "Code": 403}
_UNDER_WAY = ("created", "running")
_WATCHED = ("CurrentTask", "Tasks", "Runnable", "BootEnv", "Stage")


class Agent:
    """DRP's agent on one machine.

    Args:
        client: The conversation with the endpoint.
        host: The machine.
        booted: The machine has just booted: as boot environments do, make it runnable first.
        banner: The first line of each job's log.
    """

    def __init__(self, client: Client, host: HostContext, *, booted: bool, banner: str) -> None:
        self._client, self._host = client, host
        self._booted, self._banner = booted, banner
        self._path = f"machines/{host.uuid}"
        self._machine: Any = None
        self._events: Events | None = None
        self._runner_folder = f"{host.folder}/runner-{os.getpid()}"
        os.makedirs(self._runner_folder, exist_ok=True)  # noqa: PTH103

    def run(self) -> int:
        """Work until something ends the agent; returns what the machine does next."""
        state: State | int = self._boot
        while not isinstance(state, int):
            try:
                state = state()
            except Refused as error:
                if error.document == _REVOKED or (error.status == _NOT_FOUND and self._is_gone()):
                    return exits.GONE
                state = self._rest(error)
            except http_client.NoResponse as error:
                state = self._rest(error)
        return state

    def _boot(self) -> State:
        if self._booted:
            self._client.patch(self._path, ("replace", "/Runnable", True))
        return self._begin

    def _begin(self) -> State:
        """Fail the job that an earlier life left, and listen."""
        self._machine = self._client.get(self._path)
        self._fail_what_was_left()
        if self._events is not None:
            self._events.close()
        self._events = self._client.events()
        for action in ("update", "save"):
            self._events.register(f"machines.{action}.{self._host.uuid}")
        return self._wait_until_runnable

    def _fail_what_was_left(self) -> None:
        key = self._machine["CurrentJob"]
        if not key:
            return
        try:
            job = self._client.get(f"jobs/{key}")
        except Refused:
            return
        if job["State"] in _UNDER_WAY:
            operations = (("test", "/State", job["State"]), ("replace", "/State", "failed"))
            self._client.patch(f"jobs/{key}", *operations)

    def _wait_until_runnable(self) -> State | int:
        return self._wait(lambda machine: bool(machine["Runnable"]))

    def _wait_for_a_change(self) -> State | int:
        """Wait until the machine is another than the one that asked for a job.

        Where its workflow was set again around the request, it is the same again, and was not when the request came: so
        a machine that has tasks left asks again, as often as news may have got lost.
        """
        self._host.idle()
        before, again = self._machine, time.monotonic() + _POLL_SECONDS

        def has_reason(machine: Any) -> bool:
            changed = any(machine[name] != before[name] for name in _WATCHED)
            return changed or (_has_tasks_left(machine) and time.monotonic() >= again)

        return self._wait(has_reason)

    def _wait(self, condition: Callable[[Any], bool]) -> State | int:
        while True:
            machine = self._client.get(self._path)
            boots = machine["BootEnv"] != self._machine["BootEnv"]
            if machine["Available"] and (not machine.get("Context") or boots) and condition(machine):
                break
            self._sleep_until_news()
        self._machine = machine
        if boots:
            return self._leave(exits.REBOOT)
        return self._run_task if machine["Runnable"] else self._wait_until_runnable

    def _sleep_until_news(self) -> None:
        if self._events is None:
            raise http_client.NoResponse("events: the stream is not open")
        if not self._events.happened(0):
            self._host.sleep(_POLL_SECONDS, self._events.fileno())
            self._events.happened(0)

    def _run_task(self) -> State | int:
        status, job = self._client.post("jobs", {"Machine": self._host.uuid})
        if status == _NO_CONTENT:
            return self._wait_for_a_change
        if ":" in job["Task"]:
            self._host.say(f"passes over the entry {job['Task']}, which this agent does not know")
            return self._wait_until_runnable
        self._host.say(f"runs {job['Task']} of stage {job['Stage']}")
        run = TaskRun(
            self._client,
            self._host,
            self._machine,
            job,
            sane=self._has_sane_codes(job["Task"]),
            banner=self._banner,
            runner_folder=self._runner_folder,
        )
        run.run()
        signals = run.signals
        if signals.reboot:
            return self._leave(exits.REBOOT)
        if signals.poweroff:
            return self._leave(exits.POWER_OFF)
        if signals.stop:
            return exits.STOP
        return self._wait_until_runnable

    def _has_sane_codes(self, task: str) -> bool:
        flags = self._client.get(f"tasks/{http_client.escaped(task, '')}")["Meta"].get("feature-flags", "").split(",")
        return exits.SANE_FEATURE in flags and exits.ORIGINAL_FEATURE not in flags

    def _leave(self, how: int) -> int:
        self._client.patch(self._path, ("replace", "/Runnable", False))
        # An installer boots the machine itself.
        installs = how == exits.REBOOT and self._machine["BootEnv"].endswith("-install")
        return exits.STOP if installs else how

    def _rest(self, error: Exception) -> State:
        self._host.say(f"starts over: {error}")
        self._host.sleep(_REST_SECONDS)
        return self._begin if self._machine is not None or not self._booted else self._boot

    def _is_gone(self) -> bool:
        try:
            self._client.get(self._path)
        except Refused as error:
            return error.status == _NOT_FOUND
        except http_client.NoResponse:
            pass
        return False


def _has_tasks_left(machine: Any) -> bool:
    return bool(machine["Runnable"]) and machine["CurrentTask"] < len(machine["Tasks"])

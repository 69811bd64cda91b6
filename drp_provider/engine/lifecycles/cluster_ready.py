"""The lifecycle of a wait: create and update poll a cluster until it is ready; it has no remote object."""

import time
from collections.abc import Callable
from typing import Any

from drp_provider.api.interface import Api
from drp_provider.engine.console import say
from drp_provider.engine.lifecycles.base import Diff, State, check_inputs, compare_inputs, inputs_in
from drp_provider.engine.machines.job_log import last_lines
from drp_provider.engine.machines.status import Machine, MachineStatus, status_of
from drp_provider.engine.ownership.secret_keys import EVERY
from drp_provider.engine.registry import Registry
from drp_provider.errors import ApiError, DrpError, NotReady, may_pass
from drp_provider.models.base import Inputs
from drp_provider.models.cluster_ready import ClusterReady
from drp_provider.patch.values import ABSENT, same

UNSET = "none"
"""The initial value of a param of the cluster pattern."""
FIRST_PAUSE = 0.125
"""Seconds, doubled before each poll up to `poll_seconds`, because small clusters are ready soon."""
FIRST_SILENCE = 15.0
"""Seconds without a change after which the last line is repeated; doubled each time."""
ANOTHER_RUN = "another run, because this one has not begun there"
SECRETS = "collected_secrets"
"""The output that Pulumi encrypts."""


class ClusterReadyLifecycle:
    """Waits for the machines of a cluster with one list request per poll, for any number of machines."""

    def __init__(self, model: type[ClusterReady], registry: Registry) -> None:
        self.model = model
        self._registry = registry

    def check(self, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]:
        """See `check_inputs`."""
        return check_inputs(self.model, self._registry, olds, news)

    def diff(self, olds: Inputs, news: Inputs) -> Diff:
        """See `compare_inputs`; warn if the leader is among the machines that leave."""
        diff = compare_inputs(self.model, olds, news)
        if diff.changes is None:
            warn_if_leader_leaves(olds, news)
        return diff

    def create(self, api: Api, inputs: Inputs) -> State:
        """Wait until every machine has finished and every named param has its value.

        Raises:
            NotReady: a machine failed, was given another workflow or is unavailable, or the timeout expired.
        """
        return self._wait(api, inputs, [])

    def update(self, api: Api, id_: str, olds: Inputs, news: Inputs) -> State:  # noqa: ARG002 - Lifecycle's
        """Wait again. A log may be older than the update, so it is masked for the earlier secrets too."""
        return self._wait(api, news, olds.get("masked_values") or [])

    def _wait(self, api: Api, inputs: Inputs, masked: list[Any]) -> State:
        watch = _Watch(api, ClusterReady.model_validate(inputs), masked)
        watch.until(watch.machines_are_done)
        watch.until(watch.params_are_set)
        return self._state(inputs, watch)

    def read(self, api: Api, id_: str, olds: Inputs) -> State | None:  # noqa: ARG002 - Lifecycle's
        """Return the recorded result; a wait has no remote state."""
        return State(id_, olds, inputs_in(self.model, olds))

    def delete(self, api: Api, id_: str, olds: Inputs) -> None:
        """Do nothing: a wait creates nothing on the endpoint."""

    def _state(self, inputs: Inputs, watch: "_Watch") -> State:
        members = {machine.name: machine.uuid for machine in watch.seen.values()}
        secret = hidden_names(watch.settings)
        found = {name: value for name, value in watch.found.items() if name not in secret}
        hidden = {name: value for name, value in watch.found.items() if name in secret}
        outputs = {**inputs, "members": members, "collected": found, SECRETS: hidden}
        secrets = {SECRETS: hidden, "masked_values": inputs.get("masked_values"), "collected": found}
        if EVERY not in (watch.settings.secret_keys or ()):
            secrets.pop("collected")
        return State(inputs["profile"], outputs, inputs, frozenset(name for name, held in secrets.items() if held))


class _Watch:
    """One wait: its deadline, and the latest machines and params."""

    def __init__(self, api: Api, settings: ClusterReady, masked: list[Any]) -> None:
        self.api = api
        self.masked = [*masked, *(settings.masked_values or ())]
        self.settings = settings
        self.deadline = time.monotonic() + settings.timeout
        self.seen: dict[str, Machine] = {}
        self.found: dict[str, Any] = {}
        self._last_line, self._since, self._silence = "", 0.0, FIRST_SILENCE

    @property
    def names(self) -> set[str]:
        """Return the awaited params."""
        of = self.settings
        return {*(of.params or ()), *(of.secret_params or ()), *(of.values or {})}

    def until(self, ready: Callable[[], bool]) -> None:
        pause = FIRST_PAUSE
        while not self._is_ready(ready):
            if time.monotonic() >= self.deadline:
                raise self._timed_out()
            pause = min(pause * 2, self.settings.poll_seconds)
            time.sleep(min(pause, max(0.0, self.deadline - time.monotonic())))

    def _is_ready(self, ready: Callable[[], bool]) -> bool:
        """Return whether the cluster is ready; tolerate an endpoint that restarts."""
        try:
            return ready()
        except DrpError as error:
            if not may_pass(error) or time.monotonic() >= self.deadline:
                raise
        self._say(f"{self.settings.profile}: the endpoint is away; retrying")
        return False

    def machines_are_done(self) -> bool:
        of = self.settings
        listed = self.api.list("machines", {"Profiles": f"Eq({of.profile})", "slim": "Params"})
        wanted = set(of.machines)
        self.seen = {uuid: Machine(found) for found in listed if (uuid := found["Uuid"]) in wanted}
        statuses = {uuid: self._status(machine) for uuid, machine in self.seen.items()}
        for uuid, status in statuses.items():
            self._stop_if_lost(self.seen[uuid], status)
        waiting = [self.seen[uuid] for uuid, status in statuses.items() if status is not MachineStatus.DONE]
        missing = len(wanted - self.seen.keys())
        self._say(self._count(len(wanted), waiting, missing))
        return not waiting and not missing

    def _status(self, machine: Machine) -> MachineStatus:
        """Return the machine's status; a machine is not done before it has begun this run of the cluster."""
        of = self.settings
        status = status_of(machine, of.workflow, of.final_workflows or ())
        return MachineStatus.WORKING if status is MachineStatus.DONE and not self._has_begun(machine) else status

    def _has_begun(self, machine: Machine) -> bool:
        return self.settings.run is None or machine.run_in(self.settings.profile) == self.settings.run

    def params_are_set(self) -> bool:
        values = self.settings.values or {}
        names = self.names
        if not names:
            return True
        params = self.api.get("profiles", self.settings.profile)["Params"]
        self.found = {
            name: params[name] for name in names if _is_set(params.get(name, ABSENT), values.get(name, ABSENT))
        }
        missing = sorted(names - self.found.keys())
        if missing:
            self._say(f"{self.settings.profile}: waiting for {', '.join(missing)}")
        return not missing

    def _stop_if_lost(self, machine: Machine, status: MachineStatus) -> None:
        subject = f"cluster {self.settings.profile!r} did not come up: machine {machine.name}"
        if status is MachineStatus.UNAVAILABLE:
            raise NotReady(f"{subject} is not available; look at its Errors (`drpcli machines show`) and mend them.")
        if status is MachineStatus.CANCELLED:
            raise NotReady(
                f"{subject} was given the workflow {machine.workflow or '(none)'!r} by another client; settle that, "
                "then run `pulumi up` again."
            )
        if status is MachineStatus.STOPPED and machine.job:
            task, log = self._failed_job(machine)
            if task:
                raise NotReady(
                    f"{subject} failed in task {task}; mend it, then change the cluster's `reset`, or the `restart` "
                    f"of a MachineWorkflow of your own, and run `pulumi up` again. {log}"
                )

    def _failed_job(self, machine: Machine) -> tuple[str, str]:
        """Return the failed task of a machine and the end of its log, or empty texts if the machine is only stopped."""
        try:
            job = self.api.get("jobs", machine.job)
        except ApiError as error:
            if may_pass(error):
                raise
            return machine.doing, f"Its job cannot be read ({error.code})."
        if job.get("State") != "failed":
            return "", ""
        try:
            lines = last_lines(self.api.log(machine.job), self._secrets())
        except ApiError as error:
            return job.get("Task") or machine.doing, f"Its log cannot be read ({error.code})."
        shown = "".join(f"\n    {line}" for line in lines)
        return job.get("Task") or machine.doing, f"Its log ends:{shown}" if lines else "Its log is empty."

    def _secrets(self) -> list[Any]:
        """Return the values that an error must not show."""
        of = self.settings
        every = EVERY in (of.secret_keys or ())
        values = [value for name, value in (of.values or {}).items() if name in hidden_names(of)]
        names = {*hidden_names(of), *(of.masked_params or ())}
        if names or every:
            params = (self.api.find("profiles", of.profile) or {}).get("Params") or {}
            values += [value for name, value in params.items() if every or name in names]
        return [*values, *self.masked]

    def _count(self, total: int, waiting: list[Machine], missing: int) -> str:
        doing = sorted({machine.doing if self._has_begun(machine) else ANOTHER_RUN for machine in waiting})
        text = f"{self.settings.profile}: {total - len(waiting) - missing} of {total} machines are done"
        return text + (f"; now at {', '.join(doing)}" if doing else "")

    def _say(self, text: str) -> None:
        """Print a line if it is new, and otherwise at growing intervals, because Pulumi shows each line."""
        now = time.monotonic()
        if text != self._last_line:
            self._last_line, self._since, self._silence = text, now, FIRST_SILENCE
        elif now - self._since >= self._silence:
            self._silence *= 2
            text = f"{text}, for {now - self._since:.0f} s"
        else:
            return
        say(text)

    def _doing(self, machine: Machine) -> str:
        if not self._has_begun(machine):
            return ANOTHER_RUN
        idle = machine.is_runnable and not machine.has_begun
        return "has not begun: does an agent run on it?" if idle else machine.doing

    def _timed_out(self) -> NotReady:
        waiting = [machine for machine in self.seen.values() if self._status(machine) is not MachineStatus.DONE]
        states = [f"{machine.name} ({self._doing(machine)})" for machine in waiting]
        missing = len(set(self.settings.machines) - self.seen.keys())
        states += [f"{missing} that do not carry the profile"] if missing else []
        states += [f"param {name}" for name in sorted(self.names - self.found.keys())] if not states else []
        return NotReady(
            f"cluster {self.settings.profile!r} was not ready within {self.settings.timeout:g} s; still waiting for "
            f"{', '.join(states) or 'nothing'}: look at those machines, or give it a longer timeout."
            f"{self._log_in_error(waiting)}"
        )

    def _log_in_error(self, waiting: list[Machine]) -> str:
        """Return the end of the log of the first working machine, for the end of an error."""
        machine = next((machine for machine in waiting if machine.job and machine.has_begun), None)
        if machine is None:
            return ""
        try:
            lines = last_lines(self.api.log(machine.job), self._secrets())
        except DrpError:
            return ""  # the error is about the timeout, so a missing log does not matter
        return f" The log of {machine.name} ends:" + "".join(f"\n    {line}" for line in lines) if lines else ""


def warn_if_leader_leaves(olds: Inputs, news: Inputs) -> None:
    """Warn, before any change, that the leader is among the machines that leave the cluster."""
    machines = news.get("machines")
    value = (olds.get("collected") or {}).get(olds.get("leader") or "")
    leader = identity_of(value[0] if isinstance(value, list) and value else value)
    staying = machines if isinstance(machines, list) else list((olds.get("members") or {}).values())
    leaving = {name: uuid for name, uuid in (olds.get("members") or {}).items() if uuid not in staying}
    name = next((name for name, uuid in leaving.items() if leader in (name, uuid)), None)
    if name is not None:
        say(
            f"cluster {olds['profile']!r}: machine {name}, which leads it ({olds['leader']}), leaves; the others keep "
            "its data and elect no other: change `reset` in the same `pulumi up` to elect again"
        )


def identity_of(value: Any) -> Any:
    """Return the machine that a param names, by uuid or name, as a text or an entry of a list."""
    return value.get("Uuid") or value.get("Name") if isinstance(value, dict) else value


def hidden_names(settings: ClusterReady) -> set[str]:
    """Return the awaited params whose values Pulumi encrypts: `secret_params`, and secrets of the program."""
    keys = settings.secret_keys or ()
    kept = {key.removeprefix("values.") for key in keys if key.startswith("values.")}
    return {*(settings.secret_params or ()), *(kept if "values" not in keys else settings.values or ())}


def _is_set(value: Any, wanted: Any) -> bool:
    if wanted is not ABSENT:
        return same(value, wanted)
    return value is not ABSENT and value is not None and value not in (UNSET, "", [], {})

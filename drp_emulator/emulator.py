"""The emulator: an endpoint, machines that are processes, and faults of these machines."""

import os
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self

from drp_emulator.access.operator import PASSWORD, USER
from drp_emulator.client import http_client
from drp_emulator.machines import faults, path_setup
from drp_emulator.machines.faults import EVERY, Fault
from drp_emulator.machines.inventory import Inventory
from drp_emulator.machines.supervisor_client import Report, SupervisorClient
from drp_emulator.machines.trust import trust_in
from drp_emulator.server.server import EmulatedEndpoint
from drp_emulator.server.temporary import TemporaryFolder

KEY = f"{USER}:{PASSWORD}"
_LOOK_SECONDS = 0.5
REPORTED = ("on", "off", "idle", "task", "fault", "said")
"""What is reported of a machine."""
_PRIVATE = ("RS_", "DRP_", "PULUMI_", "PYTHON", "VIRTUAL_ENV")


class Emulator:
    """An endpoint with live machines; a context manager that starts and stops them.

    Args:
        machines: How many machines live on it: `node-1`, `node-2`, ….
        endpoint: A DRP test system to stand in on. None: an emulated endpoint of its own.
        token: The operator's token there.
        key: The operator's `user:password` there, if there is no token.
        ca_file: The authorities whose certificates are trusted there, as PEM; None for those of the system.
        insecure: Accept any certificate there.
        names: Machines of that system to stand in for, in place of `node-1`, …. Their scripts run on this computer.
        dialect: `v4.8` or `v3.13`, of the emulated endpoint.
        tls: Let the emulated endpoint speak https.
        port: Where the emulated endpoint listens; 0 for any free port.
        store: The file that keeps its objects; None for a temporary one.
        faults: What goes wrong, as `Fault` or in its short form.
        watch: Is called with each report, in another thread.

    Raises:
        ValueError: A fault cannot be.
    """

    def __init__(
        self,
        machines: int = 8,
        *,
        endpoint: str | None = None,
        token: str = "",
        key: str = KEY,
        ca_file: str | Path | None = None,
        insecure: bool = False,
        names: Sequence[str] = (),
        dialect: str = "v4.8",
        tls: bool = False,
        port: int = 0,
        store: str | Path | None = None,
        faults: Iterable[Fault | str] = (),
        watch: Callable[[Report], None] | None = None,
    ) -> None:
        self._names = list(names) or [f"node-{number}" for number in range(1, machines + 1)]
        self._url, self._token, self._key, self._adopt = endpoint or "", token, key, bool(names)
        self._embedded = (
            EmulatedEndpoint(store, machines=machines, dialect=dialect, tls=tls, port=port)
            if endpoint is None
            else None
        )
        self._trust = None if insecure or endpoint is None else trust_in(endpoint, ca_file)
        self._faults = [_parsed(fault) for fault in faults]
        self._watch = watch
        self._folder: TemporaryFolder | None = None
        self._supervisor: SupervisorClient | None = None
        self._uuids: dict[str, str] = {}

    @property
    def url(self) -> str:
        """Return the endpoint's address, without the path of the API.

        Raises:
            RuntimeError: It is not running.
        """
        return self._embedded.url if self._embedded is not None else self._url

    @property
    def key(self) -> str:
        """Return the operator's `user:password`."""
        return self._key

    @property
    def machines(self) -> dict[str, str]:
        """Return the machines that live: name and Uuid."""
        return dict(self._uuids)

    @property
    def supervisor(self) -> int:
        """Return the id of the process from which all machines are forked.

        Raises:
            RuntimeError: It is not running.
        """
        return self._running().pid

    @property
    def reports(self) -> list[Report]:
        """Return what has happened so far, oldest first."""
        return self._running().reports()

    def start(self) -> Self:
        """Start the endpoint and power every machine on.

        Raises:
            OSError: The port is taken.
            RuntimeError: The endpoint cannot be reached or refuses.
            TimeoutError: The machines do not start.
            ValueError: The store is something else, or a fault is for a machine that is not here.
        """
        if self._supervisor is not None:
            return self
        try:
            if self._embedded is not None:
                self._embedded.start()
            self._folder = TemporaryFolder()
            self._supervisor = SupervisorClient(self._watch)
            with Inventory(self.url, self._token, self._key, self._trust) as inventory:
                self._find(inventory)
                self._configure(inventory, self._folder.path)
            self._power_everything_on()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Power every machine off, and leave no process and no file behind."""
        if self._supervisor is not None:
            self._supervisor.stop()
        if self._embedded is not None:
            self._embedded.stop()
        if self._folder is not None:
            self._folder.remove()
        self._supervisor = self._folder = None

    def fault(self, fault: Fault | str) -> None:
        """Let something go wrong: now, later, or when a task begins.

        Args:
            fault: A `Fault`, or its short form such as `node-3:die@task2`.

        Raises:
            ValueError: It cannot be, or its machine is not here.
        """
        wanted = _parsed(fault)
        if wanted.kind == "reply-dropped" and http_client.split_endpoint(self.url)[2]:
            raise ValueError("The fault reply-dropped cannot read requests inside TLS: leave TLS out.")
        for name in self._known_or_every(wanted.machine):
            self._running().send(name, "fault", fault=wanted.to_document())

    def power_off(self, machine: str) -> None:
        """Kill every process of a machine."""
        self._running().send(self._known(machine), "off")

    def power_on(self, machine: str) -> None:
        """Boot a machine that is off."""
        self._running().send(self._known(machine), "on")

    def process(self, machine: str) -> int | None:
        """Return the process id of a machine's agent; None while it is off."""
        self._known(machine)
        states = [report for report in self.reports if report.machine == machine and report.what in ("on", "off")]
        return int(states[-1].detail) if states and states[-1].what == "on" else None

    def wait_for(
        self, machine: str, what: str, detail: str | None = None, *, seconds: float = 30, times: int = 1
    ) -> None:
        """Wait until something has been reported of a machine.

        Args:
            machine: Its name.
            what: `on`, `off`, `idle`, `task`, `fault` or `said`.
            detail: Only with this detail.
            seconds: How long.
            times: How many such reports, counted from the start of the emulator: a machine is `idle` once it has
                booted, and again after its workflow.

        Raises:
            TimeoutError: It has not been.
            ValueError: There is no such machine, or no such report.
        """
        self._known(machine)
        if what not in REPORTED:
            raise ValueError(f"There is no report {what!r} of a machine: wait for one of {', '.join(REPORTED)}.")

        def is_there(reports: list[Report]) -> bool:
            found = (one for one in reports if (one.machine, one.what) == (machine, what))
            return sum(detail in (None, one.detail) for one in found) >= times

        if not self._running().wait(is_there, seconds):
            last = [f"{one.what} {one.detail}".strip() for one in self.reports if one.machine == machine][-5:]
            wanted = " ".join(filter(None, (what, detail)))
            often = f"{times} time{'s' * (times != 1)}"
            raise TimeoutError(
                f"{machine} has not reported {wanted!r} {often} within {seconds:g} s; its last reports are: "
                f"{'; '.join(last) or 'none'}."
            )

    def wait(self) -> None:
        """Wait until it is stopped from another thread or by a signal handler's exception.

        Raises:
            RuntimeError: The supervisor has died.
        """
        while self._supervisor is not None:
            if self._supervisor.wait_for_the_end(_LOOK_SECONDS) and self._supervisor is not None:
                raise RuntimeError("The supervisor of the simulated machines has died: start the emulator again.")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _power_everything_on(self) -> None:
        """Faults that wait for a task are there before the first task can begin; the others meet a running machine."""
        for fault in self._faults:
            self._known_or_every(fault.machine)
            if fault.task:
                self.fault(fault)
        for name in self._uuids:
            self.power_on(name)
        for name in self._uuids:
            self.wait_for(name, "on")
        for fault in self._faults:
            if not fault.task:
                self.fault(fault)

    def _known_or_every(self, machine: str) -> list[str]:
        return list(self._uuids) if machine == EVERY else [self._known(machine)]

    def _find(self, inventory: Inventory) -> None:
        adopt = self._adopt or self._embedded is not None
        found = [inventory.machine(name, adopt=adopt) for name in self._names]
        self._uuids = {machine["Name"]: machine["Uuid"] for machine in found}

    def _configure(self, inventory: Inventory, root: Path) -> None:
        _, port, secure = http_client.split_endpoint(self.url)
        banner = path_setup.fill(root / "bin")
        base = {name: value for name, value in os.environ.items() if not name.startswith(_PRIVATE)}
        emulator = uuid.uuid4().hex
        for name, key in self._uuids.items():
            home = root / name
            for part in ("tmp", "root"):
                (home / part).mkdir(parents=True)
            environment = {**base, "PATH": f"{root / 'bin'}{os.pathsep}{base.get('PATH', os.defpath)}"}
            environment |= http_client.trust_to(self._trust)
            environment |= {"HOME": str(home / "root")} | dict.fromkeys(("TMPDIR", "TMP"), str(home / "tmp"))
            about: dict[str, Any] = {
                "host": inventory.address,
                "port": port,
                "secure": secure,
                "uuid": key,
                "folder": str(home),
            }
            about |= {"environment": environment, "banner": banner, "emulator": emulator}
            self._running().send(name, "add", token=inventory.token(key), **about)

    def _known(self, machine: str) -> str:
        if machine not in self._uuids:
            here = ", ".join(self._uuids) or "none: it is not running"
            raise ValueError(f"The emulator has no machine {machine}: use one of these: {here}.")
        return machine

    def _running(self) -> SupervisorClient:
        if self._supervisor is None:
            raise RuntimeError("The emulator is not running: call start() first.")
        return self._supervisor


def _parsed(fault: Fault | str) -> Fault:
    return faults.parse(fault) if isinstance(fault, str) else fault

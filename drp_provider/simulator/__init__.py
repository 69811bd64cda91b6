"""A small data centre on one computer: a DRP endpoint, and machines that are real processes.

Machines meet the endpoint over HTTP alone, as real ones do, so they can stand in on any DRP test system. From the
inside out: `agent` is what runs on a machine, `drpcli` what its scripts call, `chassis` the process that gives machines
power and network and takes them away, `simulator` starts all of it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from drp_provider.simulator.faults import Fault
    from drp_provider.simulator.simulator import Simulator
    from drp_provider.simulator.station import Report

__all__ = ["Fault", "Report", "Simulator"]

_HOMES = {"Fault": "faults", "Report": "station", "Simulator": "simulator"}


def __getattr__(name: str) -> Any:
    # Whoever only wants to write down a fault must not pay for an endpoint.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"drp_provider.simulator.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

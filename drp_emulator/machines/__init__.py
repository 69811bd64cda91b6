"""Machines that are real processes on this computer.

They meet an endpoint over HTTP alone, as real machines do, so they can stand in on any DRP test system. From the
inside out: `agent` is what runs on a machine; `supervisor` is the process that gives machines power and network and
takes them away; `supervisor_client` talks to it; `inventory` finds or makes the machines' objects on an endpoint.
"""

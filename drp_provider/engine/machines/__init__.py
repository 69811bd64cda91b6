"""Machines for the lifecycles: their names and status, and how a workflow starts, ends and drains."""

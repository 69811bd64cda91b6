"""Pydantic models of the inputs that a program may declare. Data only: no I/O, no Pulumi."""

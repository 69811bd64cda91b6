"""The first user of an endpoint, who may do everything."""

import os

USER = "rocketskates"
# DRP's own first password, which drpcli uses unless it is told another one: docs/decisions/0008.
_DRP_PASSWORD = "r0cketsk8ts"  # noqa: S105 - well known, and documented as such
_VARIABLE = "DRP_EMULATOR_PASSWORD"

OWN_PASSWORD = os.environ.get(_VARIABLE, "")
"""The password that the environment asks for; empty if it asks for none."""
PASSWORD = OWN_PASSWORD or _DRP_PASSWORD

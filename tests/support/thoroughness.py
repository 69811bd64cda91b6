"""How much the tests try: little in CI, or all of it with `THOROUGH=1` (`THOROUGH=1 make test ARGS=tests/matrix`)."""

import os

from hypothesis import HealthCheck, settings

THOROUGH = os.environ.get("THOROUGH", "") not in {"", "0"}


def rounds(short: int, thorough: int) -> int:
    """Return how often a test repeats what it does."""
    return thorough if THOROUGH else short


def choose_profile() -> None:
    """Choose how many examples Hypothesis tries: the profile `ci`, or `thorough`; `HYPOTHESIS_PROFILE` names one."""
    # How fast a machine is says nothing about the code: no deadline, and no verdict over slow generation.
    patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("ci", patient, max_examples=50)
    settings.register_profile("thorough", patient, max_examples=500)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("thorough" if THOROUGH else "ci"))

"""The bench runs, and counts what the README promises. What it measures in seconds is nobody's promise."""

import re
import subprocess
import sys

import pytest

from tests.support.stack import ROOT

pytestmark = [pytest.mark.cli, pytest.mark.timeout(600)]


def test_the_bench_counts_the_promised_requests_for_each_operation(bare_environment: pytest.MonkeyPatch) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bench", "--quick"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=570
    )
    assert ran.returncode == 0, ran.stderr
    rows = re.findall(r"^\| (\S.*?) +\| +(\d+) \| +\d+ \| +[01] \| +reached \|$", ran.stdout, re.MULTILINE)
    assert {name: int(requests) for name, requests in rows} == {
        "create": 1,
        "change one": 1,
        "change all": 1,
        "new key": 2,
        "refresh": 1,
        "no-op": 0,
        "delete": 1,
        "assignment": 1,
        "unassignment": 2,
        "cluster of 3": 4,
        "cluster of 3 gone": 7,
    }
    assert "provider process, most memory" in ran.stdout

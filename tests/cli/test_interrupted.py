"""The command dies in the middle: the next run finds what it has half done."""

import pytest

from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.processes import kill
from tests.support.stack import Stack

pytestmark = pytest.mark.cli


def test_a_killed_create_is_finished_by_the_next_run(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    """The request had landed, and the state does not know of it."""
    landed, let_go = proxy.hold_reply("POST")
    stack.program('drp.Profile("web", params={"web/port": 80})')
    process = stack.start("up", "--yes", "--skip-preview")
    assert landed.wait(120)
    kill(process, stack.folder)
    let_go.set()
    assert admin.params("web") == {"web/port": 80}
    assert stack.resources("Profile") == []

    # What happened meanwhile to keys of others stays.
    admin.set_param("web", "theirs", 1)
    assert stack.run("cancel", "--yes").ok
    repaired = stack.up('drp.Profile("web", params={"web/port": 81})')
    assert repaired.ok, repaired.text
    assert admin.params("web") == {"web/port": 81, "theirs": 1}
    assert stack.resources("Profile")[0]["outputs"]["adopted"] is False
    assert stack.run("refresh", "--yes", "--clear-pending-creates").ok
    assert stack.up(None, "--expect-no-changes").ok
    assert stack.destroy().ok
    assert not admin.exists("profiles/web")

"""What a client may change on a machine's way through a workflow, and what follows from it."""

from typing import Any

import pytest

from .agents import end, flow, machine, post, put, run, scripted, staged
from .client import Client, fault, fresh_name


def _refused(api: Client, uuid: str, message: str, **members: Any) -> None:
    before = api.get(f"/machines/{uuid}").text
    document = fault(put(api, f"/machines/{uuid}", **members))
    assert (document["Code"], document["Type"], document["Key"]) == (422, "ValidationError", uuid)
    assert document["Messages"] in ([message], [api.worded(uuid, message)])
    assert api.get(f"/machines/{uuid}").text == before


@pytest.fixture
def tasks(api: Client) -> list[str]:
    """Three tasks."""
    return [scripted(api, "true") for _ in range(3)]


@pytest.fixture
def stages(api: Client, tasks: list[str]) -> list[str]:
    """Two stages: the first with two of the tasks, the second with the third."""
    return [staged(api, tasks[0], tasks[1]), staged(api, tasks[2])]


@pytest.fixture
def busy(api: Client, stages: list[str]) -> str:
    """A machine that has the first task of a workflow behind it."""
    uuid = machine(api, flow(api, *stages))
    end(api, post(api, uuid).json())
    return uuid


def test_the_answer_shows_the_whole_way_at_once(api: Client, stages: list[str], tasks: list[str]) -> None:
    uuid, workflow = machine(api), flow(api, *stages)
    now = put(api, f"/machines/{uuid}", Workflow=workflow).json()
    assert now["Tasks"] == [f"stage:{stages[0]}", *tasks[:2], f"stage:{stages[1]}", tasks[2]]
    assert (now["Stage"], now["CurrentTask"], now["Runnable"]) == (stages[0], -1, True)
    assert now.get("WorkflowComplete", False) is False


def test_prerequisites_come_first_and_once(api: Client) -> None:
    base = scripted(api, "true")
    middle = scripted(api, "true", Prerequisites=[base])
    top, other = scripted(api, "true", Prerequisites=[middle]), scripted(api, "true", Prerequisites=[base, middle])
    stage = staged(api, top, other, base)
    now = put(api, f"/machines/{machine(api)}", Workflow=flow(api, stage)).json()
    assert now["Tasks"] == [f"stage:{stage}", base, middle, top, other, base]


def test_another_boot_environment_needs_the_prerequisites_again(api: Client) -> None:
    base = scripted(api, "true")
    tops = [scripted(api, "true", Prerequisites=[base]) for _ in range(3)]
    env = api.make("bootenvs")["Name"]
    first, second = staged(api, tops[0], BootEnv="local"), staged(api, tops[1], tops[2], BootEnv=env)
    now = put(api, f"/machines/{machine(api)}", Workflow=flow(api, first, second)).json()
    assert now["Tasks"] == [
        f"stage:{first}", "bootenv:local", base, tops[0],
        f"stage:{second}", f"bootenv:{env}", base, tops[1], tops[2],
    ]  # fmt: skip


def test_tasks_that_wait_for_each_other_make_no_endless_list(api: Client) -> None:
    one, two = fresh_name(), fresh_name()
    api.make("tasks", Name=two)
    api.make("tasks", Name=one, Prerequisites=[two])
    looped = api.patch(f"/tasks/{two}", {"op": "add", "path": "/Prerequisites/-", "value": one}).json()
    assert looped["Available"] is False
    stage = api.make("stages", Tasks=[one])["Name"]
    assert put(api, f"/machines/{machine(api)}", Stage=stage).status_code in (200, 422)


def test_the_same_workflow_again_changes_nothing(api: Client, busy: str) -> None:
    before = api.get(f"/machines/{busy}").json()
    assert put(api, f"/machines/{busy}", Workflow=before["Workflow"]).json() == before
    path = "/Workflow"
    again = api.patch(
        f"/machines/{busy}",
        {"op": "replace", "path": path, "value": ""},
        {"op": "replace", "path": path, "value": before["Workflow"]},
    )
    assert again.json() == before


def test_a_restart_is_two_requests(api: Client, busy: str, tasks: list[str]) -> None:
    workflow = api.get(f"/machines/{busy}").json()["Workflow"]
    cleared = put(api, f"/machines/{busy}", Workflow="").json()
    assert (cleared["Stage"], cleared["Tasks"], cleared["CurrentTask"]) == ("none", [], -1)
    assert "change-stage/map" not in cleared["Params"]
    assert cleared.get("WorkflowComplete", True) is True
    put(api, f"/machines/{busy}", Workflow=workflow)
    assert run(api, busy) == tasks


def test_a_stopped_machine_stays_stopped(api: Client, stages: list[str]) -> None:
    uuid = machine(api)
    put(api, f"/machines/{uuid}", Runnable=False)
    assert put(api, f"/machines/{uuid}", Workflow=flow(api, *stages)).json()["Runnable"] is False


def test_a_workflow_fixes_stage_and_boot_environment(api: Client, busy: str, stages: list[str]) -> None:
    env = api.make("bootenvs")["Name"]
    _refused(api, busy, "Changing machine stage not allowed", Stage=stages[1])
    _refused(api, busy, "Changing machine bootenv not allowed", BootEnv=env)


def test_only_the_rest_of_the_present_stage_may_change(api: Client, busy: str, tasks: list[str]) -> None:
    now = api.get(f"/machines/{busy}").json()["Tasks"]
    removed = "Cannot remove tasks that have already executed or are already executing"
    _refused(api, busy, removed, Tasks=now[:1])
    _refused(api, busy, "Cannot change tasks that have already executed or are executing", Tasks=[now[0], *now[2:]])
    _refused(api, busy, "Cannot change tasks that are past the next stage transition", Tasks=now[:-1])
    _refused(api, busy, "Cannot change tasks that are past the next stage transition", Tasks=[*now, tasks[0]])
    longer = [*now[:2], tasks[2], *now[2:]]
    assert put(api, f"/machines/{busy}", Tasks=longer).json()["Tasks"] == longer
    assert run(api, busy) == [tasks[2], tasks[1], tasks[2]]


def test_what_is_added_brings_its_prerequisites(api: Client, busy: str, tasks: list[str]) -> None:
    now = api.get(f"/machines/{busy}").json()["Tasks"]
    top = scripted(api, "true", Prerequisites=[tasks[2]])
    changed = put(api, f"/machines/{busy}", Tasks=[*now[:3], top, *now[3:]]).json()
    assert changed["Tasks"] == [*now[:3], tasks[2], top, *now[3:]]


def test_a_missing_task_is_refused(api: Client, busy: str) -> None:
    now = api.get(f"/machines/{busy}").json()["Tasks"]
    _refused(api, busy, "Task nope (at 2) does not exist", Tasks=[*now[:2], "nope", *now[2:]])


def test_only_jobs_move_a_machine_forward(api: Client, busy: str, tasks: list[str]) -> None:
    end(api, post(api, busy).json())
    _refused(api, busy, "Cannot advance CurrentTask from 2 to 3 without running jobs", CurrentTask=3)
    assert put(api, f"/machines/{busy}", CurrentTask=1).json()["CurrentTask"] == 1
    assert run(api, busy) == tasks


def test_minus_one_starts_the_list_anew(api: Client, busy: str, tasks: list[str]) -> None:
    run(api, busy)
    again = put(api, f"/machines/{busy}", CurrentTask=-1).json()
    assert again["CurrentTask"] == -1
    assert again.get("WorkflowComplete", False) is False
    assert run(api, busy) == tasks


def test_list_and_place_do_not_change_together(api: Client, busy: str, tasks: list[str]) -> None:
    now = api.get(f"/machines/{busy}").json()["Tasks"]
    message = "Cannot change task list and current task at the same time"
    _refused(api, busy, message, CurrentTask=0, Tasks=[*now[:3], tasks[0], *now[3:]])


def test_without_a_workflow_a_stage_brings_its_tasks(api: Client, stages: list[str], tasks: list[str]) -> None:
    uuid = machine(api)
    now = put(api, f"/machines/{uuid}", Stage=stages[0]).json()
    assert (now["Tasks"], now["CurrentTask"]) == (tasks[:2], -1)
    message = "Can not change stages with pending tasks unless forced"
    _refused(api, uuid, message, Stage=stages[1])
    forced = api.patch(f"/machines/{uuid}?force=true", {"op": "replace", "path": "/Stage", "value": stages[1]})
    assert forced.json()["Tasks"] == tasks[2:]
    assert run(api, uuid) == tasks[2:]
    assert put(api, f"/machines/{uuid}", Stage="").json()["Stage"] == "none"


def test_a_new_boot_environment_stops_the_machine(api: Client, stages: list[str]) -> None:
    env, uuid = api.make("bootenvs")["Name"], machine(api)
    assert put(api, f"/machines/{uuid}", BootEnv=env).json()["Runnable"] is False
    other = machine(api, Stage=stages[0])
    _refused(api, other, f"Can not change bootenv while in a stage unless forced. old: local new {env}", BootEnv=env)


def test_what_is_unusable_is_refused(api: Client) -> None:
    uuid, missing = machine(api), fresh_name()
    broken = api.make("workflows", Stages=[missing])
    assert broken["Available"] is False
    message = f"Machine {uuid} wants Workflow {broken['Name']}, which is not available"
    _refused(api, uuid, message, Workflow=broken["Name"])
    _refused(api, uuid, f"Workflow {missing} does not exist", Workflow=missing)
    _refused(api, uuid, f"Stage {missing} does not exist", Stage=missing)
    _refused(api, uuid, f"Bootenv {missing} does not exist", BootEnv=missing)
    only = "BootEnv ignore does not allow Machine assignments, it has the OnlyUnknown flag."
    _refused(api, uuid, only, BootEnv="ignore")


def test_an_unavailable_machine_stops_for_good(api: Client) -> None:
    uuid = machine(api)
    assert put(api, f"/machines/{uuid}", Profiles=["nope-nope"]).json()["Runnable"] is False
    healed = put(api, f"/machines/{uuid}", Profiles=[]).json()
    assert (healed["Available"], healed["Runnable"]) == (True, False)


def test_a_workflow_without_tasks_is_complete_at_once(api: Client) -> None:
    now = put(api, f"/machines/{machine(api)}", Workflow=flow(api)).json()
    assert (now["Tasks"], now.get("WorkflowComplete", True)) == ([], True)


def test_a_context_is_the_base_context_again(api: Client, stages: list[str]) -> None:
    if not api.modern:
        pytest.skip("contexts came with version 4")
    uuid = machine(api, Meta={"BaseContext": "my-runner"}, Context="other")
    assert put(api, f"/machines/{uuid}", Workflow=flow(api, *stages)).json()["Context"] == "my-runner"


def test_a_machine_may_begin_with_a_workflow(api: Client, stages: list[str], tasks: list[str]) -> None:
    uuid = machine(api, flow(api, *stages))
    assert api.get(f"/machines/{uuid}").json()["Stage"] == stages[0]
    assert run(api, uuid) == tasks


def test_what_a_machine_still_needs_stays(api: Client, busy: str, stages: list[str], tasks: list[str]) -> None:
    name = api.get(f"/machines/{busy}").json()["Name"]
    for path, message in (
        (f"/tasks/{tasks[2]}", f"machines:{busy} still uses {tasks[2]}"),
        (f"/stages/{stages[1]}", f"Stage {stages[1]} in use by Machine {name}"),
    ):
        document = fault(api.delete(path))
        assert (document["Code"], document["Type"]) == (409, "StillInUseError")
        assert message in document["Messages"]

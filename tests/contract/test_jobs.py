"""Jobs: what an agent is given, in which order, and what it may say about it."""

import threading
from typing import Any

import pytest

from .agents import end, flow, machine, post, put, run, scripted, staged
from .client import Client, fault, fresh_name

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def task(api: Client) -> str:
    """A task with a script."""
    return scripted(api, "echo hello\n")


@pytest.fixture
def busy(api: Client, task: str) -> str:
    """A machine with a workflow of two stages, a task in each."""
    return machine(api, flow(api, staged(api, task), staged(api, task)))


def test_the_first_job_is_the_first_task_of_the_first_stage(api: Client, busy: str, task: str) -> None:
    answer = post(api, busy)
    assert answer.status_code == 201
    job, now = answer.json(), api.get(f"/machines/{busy}").json()
    assert (job["Task"], job["State"], job["ExitState"]) == (task, "created", "")
    assert (job["CurrentIndex"], job["NextIndex"], job["Current"]) == (1, 2, True)
    assert (job["Machine"], job["Previous"]) == (busy, NOBODY)
    assert (job["Stage"], job["Workflow"], job["BootEnv"]) == (now["Stage"], now["Workflow"], now["BootEnv"])
    assert job["EndTime"] == "0001-01-01T00:00:00Z"
    assert job["StartTime"] > "2020"
    assert (now["CurrentJob"], now["CurrentTask"]) == (job["Uuid"], 1)
    assert api.get(f"/jobs/{job['Uuid']}").json() == job
    assert ("Context" in job) is api.modern


def test_a_change_of_stage_has_no_job_for_the_agent(api: Client, busy: str) -> None:
    first = post(api, busy).json()
    end(api, first)
    before = api.get(f"/machines/{busy}").json()
    assert before["CurrentTask"] == 1
    consumed = post(api, busy)
    assert (consumed.status_code, consumed.content) == (204, b"")
    now = api.get(f"/machines/{busy}").json()
    assert (now["Stage"], now["CurrentTask"]) == (now["Tasks"][2].removeprefix("stage:"), 2)
    noted = api.get(f"/jobs?Machine={busy}&Task={now['Tasks'][2]}").json()
    if api.modern:
        assert noted == []
        assert now["Params"] == {}
    else:
        assert [(job["State"], job["ExitState"], job["CurrentIndex"]) for job in noted] == [("finished", "complete", 2)]
        assert now["Params"] == {"change-stage/map": {first["Stage"]: now["Stage"]}}
    assert post(api, busy).json()["CurrentIndex"] == 3


def test_a_workflow_ends_with_the_answer_to_one_more_question(api: Client, busy: str, task: str) -> None:
    assert run(api, busy) == [task, task]
    now = api.get(f"/machines/{busy}").json()
    assert now["CurrentTask"] == len(now["Tasks"]) == 4
    assert now["Runnable"] is True
    assert now.get("WorkflowComplete", True) is True
    assert post(api, busy).status_code == 204


def test_a_workflow_is_not_complete_before_that(api: Client, busy: str) -> None:
    for _ in range(2):
        while (answer := post(api, busy)).status_code == 204:
            pass
        end(api, answer.json())
        assert api.get(f"/machines/{busy}").json().get("WorkflowComplete", False) is False


def test_a_job_that_is_created_or_runs_is_a_conflict(api: Client, busy: str) -> None:
    job = post(api, busy).json()
    for state in ("created", "running"):
        put(api, f"/jobs/{job['Uuid']}", State=state)
        assert fault(post(api, busy)) == {
            "Model": "", "Key": "", "Type": "Conflict",
            "Messages": [f"Machine {busy} already has running or created job"], "Code": 409,
        }  # fmt: skip


def test_an_incomplete_job_comes_again(api: Client, busy: str) -> None:
    job = post(api, busy).json()
    end(api, job, "incomplete", "reboot")
    answer = post(api, busy)
    assert (answer.status_code, answer.json()["Uuid"]) == (202, job["Uuid"])
    assert api.get(f"/jobs?Machine={busy}").json() == [answer.json()]


def test_a_machine_that_must_not_run_gets_nothing(api: Client, busy: str) -> None:
    put(api, f"/machines/{busy}", Runnable=False)
    assert fault(post(api, busy)) == {
        "Model": "", "Key": "", "Type": "Conflict", "Messages": [f"Machine {busy} is not runnable"], "Code": 409,
    }  # fmt: skip


def test_a_failed_job_stops_the_machine_from_version_4_on(api: Client, busy: str, task: str) -> None:
    first = post(api, busy).json()
    ended = end(api, first, "failed", "failed")
    assert ended["EndTime"] > ended["StartTime"] > "2020"
    now = api.get(f"/machines/{busy}").json()
    assert now["Runnable"] is not api.modern
    put(api, f"/machines/{busy}", Runnable=True)
    again = post(api, busy)
    assert again.status_code == 201
    assert (again.json()["Task"], again.json()["CurrentIndex"]) == (task, 1)
    assert again.json()["Previous"] == first["Uuid"]
    assert api.get(f"/jobs/{first['Uuid']}").json()["Current"] is False


def test_a_task_list_that_restarts_fails_the_running_job(api: Client, busy: str) -> None:
    job = post(api, busy).json()
    put(api, f"/machines/{busy}", CurrentTask=-1)
    again = post(api, busy)
    assert (again.status_code, again.json()["CurrentIndex"]) == (201, 1)
    left = api.get(f"/jobs/{job['Uuid']}").json()
    assert (left["State"], left["ExitState"]) == ("failed", "failed")
    assert api.get(f"/machines/{busy}").json()["Runnable"] is True


def test_a_change_of_boot_environment_waits_for_a_reboot(api: Client, task: str) -> None:
    env = api.make("bootenvs")["Name"]
    uuid = machine(api, flow(api, staged(api, task), staged(api, task, BootEnv=env)))
    end(api, post(api, uuid).json())
    assert post(api, uuid).status_code == 204
    assert post(api, uuid).status_code == 204
    now = api.get(f"/machines/{uuid}").json()
    assert (now["BootEnv"], now["Runnable"], now["CurrentTask"]) == (env, False, 3)
    assert fault(post(api, uuid))["Code"] == 409
    put(api, f"/machines/{uuid}", Runnable=True)
    assert run(api, uuid) == [task]


def test_an_action_that_no_plugin_has_stops_the_machine(api: Client, task: str) -> None:
    uuid = machine(api, Tasks=[task, "action:my-plugin:flash", task])
    end(api, post(api, uuid).json())
    assert post(api, uuid).status_code == 204
    now = api.get(f"/machines/{uuid}").json()
    job = api.get(f"/jobs/{now['CurrentJob']}").json()
    assert (now["Runnable"], job["State"], job["Task"]) == (False, "failed", "action:my-plugin:flash")
    assert "my-plugin:flash" in api.get(f"/jobs/{job['Uuid']}/log").text


@pytest.mark.parametrize(
    ("body", "code", "kind", "message"),
    [
        ({}, 400, "POST", "Create request must have Machine field"),
        ({"Machine": "m"}, 400, "POST", "invalid UUID"),
        ({"Machine": NOBODY}, 422, "ValidationError", f"Machine {NOBODY} does not exist"),
    ],
)
def test_a_job_is_for_a_machine(api: Client, body: Any, code: int, kind: str, message: str) -> None:
    document = fault(api.post("/jobs", body))
    assert (document["Code"], document["Type"], document["Messages"]) == (code, kind, [message])


@pytest.mark.parametrize(("member", "message"), [("State", "Invalid State"), ("ExitState", "Invalid ExitState")])
def test_states_are_the_known_ones(api: Client, busy: str, member: str, message: str) -> None:
    job = post(api, busy).json()
    document = fault(put(api, f"/jobs/{job['Uuid']}", **{member: "odd"}))
    assert (document["Code"], document["Messages"]) == (422, [api.worded(job["Uuid"], f"{message} `odd`")])


def test_a_client_does_not_say_whose_job_it_is(api: Client, busy: str) -> None:
    job = post(api, busy).json()
    changed = put(api, f"/jobs/{job['Uuid']}", Machine=machine(api), Current=False)
    assert changed.json() == job


def test_a_log_grows_by_what_the_agent_puts(api: Client, busy: str) -> None:
    path = f"/jobs/{post(api, busy).json()['Uuid']}/log"
    octets = {"Content-Type": "application/octet-stream"}
    start = api.get(path).content
    for piece in (b"one\n", b"\xff\x00two\n"):
        assert api.send("PUT", path, data=piece, headers=octets).status_code == 204
    answer = api.get(path)
    assert answer.content == start + b"one\n\xff\x00two\n"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    since = api.get(path, headers={"Range": f"bytes={len(start)}-"})
    assert (since.status_code, since.content) == (206, b"one\n\xff\x00two\n")
    nothing = api.get(path, headers={"Range": f"bytes={len(answer.content)}-"})
    assert (nothing.status_code, nothing.content) == (416, b"")
    head = api.send("HEAD", path)
    assert (head.content, head.headers["Content-Length"]) == (b"", str(len(answer.content)))
    document = fault(api.put(path, "text"))
    assert (document["Code"], document["Type"]) == (415, "API ERROR")
    assert document["Messages"] == ["job log put must have content-type application/octet-stream"]


def test_a_log_is_read_from_any_byte_on(api: Client, busy: str) -> None:
    path = f"/jobs/{post(api, busy).json()['Uuid']}/log"
    for piece in (b"one\n", b"", b"two\n", b"three\n"):
        assert api.send("PUT", path, data=piece, headers={"Content-Type": "application/octet-stream"}).ok
    whole = api.get(path).content
    parts = [api.get(path, headers={"Range": f"bytes={start}-"}) for start in range(len(whole))]
    assert [part.content for part in parts] == [whole[start:] for start in range(len(whole))]
    head = api.send("HEAD", path, headers={"Range": "bytes=4-"})
    assert (head.status_code, head.headers["Content-Length"]) == (206, str(len(whole) - 4))


def test_a_log_has_a_limit(api: Client, busy: str) -> None:
    path = f"/jobs/{post(api, busy).json()['Uuid']}/log"
    answers = [
        api.send("PUT", path, data=b"x" * 15_000_000, headers={"Content-Type": "application/octet-stream"})
        for _ in range(3)
    ]
    assert [answer.status_code for answer in answers] == [204, 204, 413]
    assert "would be longer than 33554432 bytes" in fault(answers[2])["Messages"][0]
    assert int(api.send("HEAD", path).headers["Content-Length"]) < 33_554_432


@pytest.mark.parametrize("part", ["log", "actions"])
def test_a_missing_job_has_neither_log_nor_scripts(api: Client, part: str) -> None:
    document = fault(api.get(f"/jobs/{NOBODY}/{part}"))
    assert (document["Code"], document["Messages"]) == (404, [f"Job {NOBODY} does not exist"])


def test_jobs_outlive_their_machine(api: Client, busy: str) -> None:
    job = post(api, busy).json()
    kept = f"/jobs/{job['Uuid']}"
    document = fault(api.delete(kept))
    assert document["Code"] == 422
    assert document["Messages"] == [f"Jobs {job['Uuid']} is not in a deletable state: created"]
    assert api.delete(f"/machines/{busy}").status_code == 200
    assert api.get(kept).json() == {**job, "Current": False}
    assert api.delete(kept).status_code == 200
    assert fault(api.get(f"{kept}/log"))["Code"] == 404


def test_jobs_are_listed_by_machine_state_and_task(api: Client, busy: str, task: str) -> None:
    job = post(api, busy).json()
    for query in (f"Machine={busy}", f"Machine={busy}&State=created", f"Machine={busy}&Task={task}&Current=true"):
        assert api.get(f"/jobs?{query}").json() == [job]
    assert api.get(f"/jobs?Machine={busy}&State=failed").json() == []
    counted = api.send("HEAD", f"/jobs?Machine={busy}")
    assert counted.headers["X-DRP-LIST-COUNT"] == "1"
    assert api.get("/indexes/jobs").json()["Uuid"]["Unique"] is True


def test_of_two_agents_of_one_machine_one_gets_the_job(api: Client, task: str) -> None:
    workflow = flow(api, staged(api, task))
    for _ in range(5):
        uuid = machine(api, workflow)
        gate = threading.Barrier(4)
        seen: list[int] = []

        def ask(uuid: str = uuid, gate: threading.Barrier = gate, seen: list[int] = seen) -> None:
            with Client(api.url, key=":".join(api.session.auth)) as agent:  # type: ignore[arg-type]
                gate.wait(timeout=30)
                seen.append(post(agent, uuid).status_code)

        agents = [threading.Thread(target=ask) for _ in range(4)]
        for agent in agents:
            agent.start()
        for agent in agents:
            agent.join(timeout=60)
        assert sorted(seen) == [201, 409, 409, 409]
        assert len(api.get(f"/jobs?Machine={uuid}").json()) == 1


def test_four_agents_bring_twenty_workflows_to_their_end(api: Client) -> None:
    tasks = [scripted(api, "true") for _ in range(3)]
    workflows = [flow(api, staged(api, *tasks), staged(api, tasks[0])) for _ in range(2)]
    fleet = [[machine(api) for _ in range(5)] for _ in range(4)]
    came: dict[str, list[str]] = {}
    states: dict[str, list[str]] = {}

    def work(machines: list[str]) -> None:
        with Client(api.url, key=":".join(api.session.auth)) as agent:  # type: ignore[arg-type]
            for number, uuid in enumerate(machines):
                put(agent, f"/machines/{uuid}", Workflow=workflows[number % 2])
                came[uuid] = run(agent, uuid)
                states[uuid] = [job["State"] for job in agent.get(f"/jobs?Machine={uuid}").json()]

    agents = [threading.Thread(target=work, args=(machines,)) for machines in fleet]
    for agent in agents:
        agent.start()
    for agent in agents:
        agent.join(timeout=120)
    assert len(came) == 20
    assert all(order == [*tasks, tasks[0]] for order in came.values())
    assert {state for ended in states.values() for state in ended} == {"finished"}


def test_a_job_may_be_named_by_the_agent_once(api: Client, busy: str, task: str) -> None:
    uuid = api.make("machines", Name=fresh_name(), Tasks=[task])["Uuid"]
    first = api.post("/jobs", {"Machine": busy, "Uuid": "aaaaaaaa-0000-4000-8000-00000000000a"})
    second = api.post("/jobs", {"Machine": uuid, "Uuid": "aaaaaaaa-0000-4000-8000-00000000000a"})
    assert (first.status_code, second.status_code) == (201, 409)
    assert api.get(f"/machines/{uuid}").json()["CurrentTask"] == -1
    assert api.delete(f"/machines/{busy}").status_code == 200
    assert api.delete(f"/jobs/{first.json()['Uuid']}").status_code == 200

"""What an agent on a machine does with the endpoint, as little of it as tests need."""

from typing import Any

import requests

from .client import Client


def scripted(api: Client, *scripts: str, **members: Any) -> str:
    """A task with these inline templates."""
    entries = [{"Name": f"step-{number}", "Path": "", "Contents": text} for number, text in enumerate(scripts)]
    return str(api.make("tasks", Templates=entries, **members)["Name"])


def staged(api: Client, *tasks: str, **members: Any) -> str:
    """A stage with these tasks."""
    return str(api.make("stages", Tasks=list(tasks), **members)["Name"])


def flow(api: Client, *stages: str) -> str:
    """A workflow of these stages."""
    made = api.make("workflows", Stages=list(stages))
    assert made["Available"] is True, made["Errors"]
    return str(made["Name"])


def machine(api: Client, workflow: str = "", **members: Any) -> str:
    """A machine that runs this workflow."""
    return str(api.make("machines", Workflow=workflow, **members)["Uuid"])


def post(api: Client, uuid: str) -> requests.Response:
    """The agent asks for its next job."""
    return api.post("/jobs", {"Machine": uuid})


def put(api: Client, path: str, **members: Any) -> requests.Response:
    """Set some members of an object, whatever they were."""
    return api.patch(path, *({"op": "replace", "path": f"/{name}", "value": value} for name, value in members.items()))


def end(api: Client, job: dict[str, Any], state: str = "finished", exit_state: str = "complete") -> dict[str, Any]:
    """The agent says that it runs the job, and how it ended."""
    running = put(api, f"/jobs/{job['Uuid']}", State="running")
    assert running.status_code == 200, running.text
    ended = put(api, f"/jobs/{job['Uuid']}", State=state, ExitState=exit_state)
    assert ended.status_code == 200, ended.text
    document: dict[str, Any] = ended.json()
    return document


def run(api: Client, uuid: str) -> list[str]:
    """Run everything to the end; the tasks in the order they came."""
    tasks: list[str] = []
    while not done(api, uuid):
        answer = post(api, uuid)
        assert answer.status_code in (201, 204), answer.text
        if answer.status_code == 201:
            tasks.append(answer.json()["Task"])
            end(api, answer.json())
    return tasks


def done(api: Client, uuid: str) -> bool:
    """Whether the machine has nothing left to do."""
    now = api.get(f"/machines/{uuid}").json()
    return bool(now["CurrentTask"] >= len(now["Tasks"]))

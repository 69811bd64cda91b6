"""The least that a machine's agent does: take jobs and say how they ended (DRP API, section "Running")."""

from tests.support.operator import Operator


class Agent:
    """Runs the jobs of one machine without running anything."""

    def __init__(self, operator: Operator, machine: str) -> None:
        self.operator = operator
        self.uuid = str(operator.get(f"machines/Name:{machine}")["Uuid"])

    def work(self, fail_at: str = "", log: str = "") -> None:
        """Take every job until there is none, or one has failed."""
        while True:
            answer = self.operator.send("POST", "jobs", {"Machine": self.uuid})
            if answer.status_code != 201:
                machine = self.operator.get(f"machines/{self.uuid}")
                if machine["CurrentTask"] >= len(machine["Tasks"]) or not machine["Runnable"]:
                    return
                continue
            if self._finish(answer.json(), failed=answer.json()["Task"] == fail_at, log=log):
                return

    def _finish(self, job: dict[str, str], *, failed: bool, log: str) -> bool:
        self._set(f"jobs/{job['Uuid']}", "State", "running")
        if log:
            self.operator.put_text(f"jobs/{job['Uuid']}/log", log)
        self._set(f"jobs/{job['Uuid']}", "State", "failed" if failed else "finished")
        if failed:
            self._set(f"machines/{self.uuid}", "Runnable", value=False)
        return failed

    def _set(self, path: str, field: str, value: object) -> None:
        self.operator.patch(path, {"op": "add", "path": f"/{field}", "value": value})


def make_workflow(operator: Operator, name: str, *tasks: str) -> None:
    """A workflow of one stage with these tasks, each a script that does nothing."""
    for task in tasks:
        script = {"Name": "script", "Contents": "#!/bin/sh\nexit 0\n"}
        operator.post("tasks", {"Name": task, "Templates": [script]})
    operator.post("stages", {"Name": f"{name}-stage", "Tasks": list(tasks)})
    operator.post("workflows", {"Name": name, "Stages": [f"{name}-stage"]})


def start_workflow(operator: Operator, machine: str, workflow: str) -> None:
    """Set it, as an operator does."""
    operator.patch(
        f"machines/Name:{machine}",
        {"op": "replace", "path": "/Workflow", "value": workflow},
        {"op": "replace", "path": "/Runnable", "value": True},
    )

"""The least that a machine's agent does: take jobs and say how they ended (DRP API, section "Running")."""

from tests.support.admin import AdminClient


class Agent:
    """Runs the jobs of one machine without running anything."""

    def __init__(self, admin: AdminClient, machine: str) -> None:
        self.admin = admin
        self.uuid = str(admin.get(f"machines/Name:{machine}")["Uuid"])

    def work(self, fail_at: str = "", log: str = "") -> None:
        """Take every job until there is none, or one has failed."""
        while True:
            answer = self.admin.send("POST", "jobs", {"Machine": self.uuid})
            if answer.status_code != 201:
                machine = self.admin.get(f"machines/{self.uuid}")
                if machine["CurrentTask"] >= len(machine["Tasks"]) or not machine["Runnable"]:
                    return
                continue
            if self._finish(answer.json(), failed=answer.json()["Task"] == fail_at, log=log):
                return

    def _finish(self, job: dict[str, str], *, failed: bool, log: str) -> bool:
        self._set(f"jobs/{job['Uuid']}", "State", "running")
        if log:
            self.admin.put_text(f"jobs/{job['Uuid']}/log", log)
        self._set(f"jobs/{job['Uuid']}", "State", "failed" if failed else "finished")
        if failed:
            self._set(f"machines/{self.uuid}", "Runnable", value=False)
        return failed

    def _set(self, path: str, field: str, value: object) -> None:
        self.admin.patch(path, {"op": "add", "path": f"/{field}", "value": value})


def make_workflow(admin: AdminClient, name: str, *tasks: str) -> None:
    """A workflow of one stage with these tasks, each a script that does nothing."""
    for task in tasks:
        script = {"Name": "script", "Contents": "#!/bin/sh\nexit 0\n"}
        admin.post("tasks", {"Name": task, "Templates": [script]})
    admin.post("stages", {"Name": f"{name}-stage", "Tasks": list(tasks)})
    admin.post("workflows", {"Name": name, "Stages": [f"{name}-stage"]})


def start_workflow(admin: AdminClient, machine: str, workflow: str) -> None:
    """Set it, as an admin does."""
    admin.patch(
        f"machines/Name:{machine}",
        {"op": "replace", "path": "/Workflow", "value": workflow},
        {"op": "replace", "path": "/Runnable", "value": True},
    )

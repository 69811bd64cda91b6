"""An agent takes jobs, runs their scripts and reports, as DRP's agent does."""

from pathlib import Path
from typing import Any

import pytest

from drp_emulator import Emulator
from tests.emulator.machines.harness import Harness, eventually
from tests.support.admin import AdminClient

ONE = pytest.mark.drp(machines=1)
BOTH = pytest.mark.parametrize(
    "dialect", [pytest.param(d, marks=pytest.mark.drp(machines=1, dialect=d)) for d in ("v4.8", "v3.13")]
)


def script_that_waits(proxy: Path) -> str:
    """Says that it is here, then waits until the test writes into the proxy."""
    return f'mkfifo "{proxy}"; echo "waiting here"; read -r word < "{proxy}"; echo "heard $word"\n'


@BOTH
def test_a_workflow_runs_task_by_task_to_its_end(harness: Harness, dialect: str) -> None:
    harness.workflow("work", *(harness.task(name, f"echo this is {name}\n") for name in ("task1", "task2", "task3")))
    harness.start("work")
    harness.wait_until_complete("node-1")
    assert harness.outcomes("node-1") == [(name, "finished", "complete") for name in ("task1", "task2", "task3")]
    for job in harness.jobs("node-1"):
        log = harness.log(job)
        assert f"Starting task work:work-stage:{job['Task']} on node-1" in log
        assert f"\nthis is {job['Task']}\nCommand exited with status 0\n" in log
        assert log.endswith(f"Task {job['Task']} finished\n")
    machine = harness.machine("node-1")
    assert (machine["Runnable"], machine["Stage"]) == (True, "work-stage")


@ONE
def test_the_log_of_a_job_grows_while_its_script_runs(harness: Harness, tmp_path: Path) -> None:
    harness.workflow("work", harness.task("task1", script_that_waits(tmp_path / "proxy")))
    harness.start("work")
    eventually(lambda: harness.jobs("node-1") and "waiting here" in harness.log(harness.jobs("node-1")[0]))
    (job,) = harness.jobs("node-1")
    assert job["State"] == "running"
    assert "heard" not in harness.log(job)
    (tmp_path / "proxy").write_text("knock\n")
    harness.wait_until_complete("node-1")
    assert "heard knock" in harness.log(job)


@ONE
@pytest.mark.parametrize(
    ("code", "state", "exit_state", "afterwards"),
    [
        (1, "failed", "failed", "stays on"),
        (17, "failed", "failed", "stays on"),
        (255, "failed", "failed", "stays on"),
        (16, "finished", "stop", "stops its agent"),
        (32, "finished", "poweroff", "powers off"),
        (128, "incomplete", "complete", "stays on"),
        (144, "incomplete", "stop", "stops its agent"),
        (160, "incomplete", "poweroff", "powers off"),
    ],
)
def test_an_exit_code_says_what_becomes_of_job_and_machine(
    harness: Harness, code: int, state: str, exit_state: str, afterwards: str
) -> None:
    harness.workflow("work", harness.task("task1", f"exit {code}\n"), harness.task("task2", "true\n"))
    harness.start("work")
    machine = harness.wait_until_stopped("node-1")
    assert harness.outcomes("node-1") == [("task1", state, exit_state)]
    assert not machine["Runnable"]
    if afterwards == "stays on":
        assert harness.emulator.process("node-1") is not None
        assert "Marked machine node-1 as not runnable" in harness.log(harness.jobs("node-1")[0])
    else:
        harness.emulator.wait_for("node-1", "off", afterwards)
        assert harness.emulator.process("node-1") is None


@ONE
def test_a_reboot_is_a_new_process_and_the_workflow_goes_on(harness: Harness) -> None:
    before = harness.emulator.process("node-1")
    harness.workflow("work", harness.task("task1", "exit 64\n"), harness.task("task2", "true\n"))
    harness.start("work")
    harness.wait_until_complete("node-1")
    assert harness.outcomes("node-1") == [("task1", "finished", "reboot"), ("task2", "finished", "complete")]
    assert [r.detail for r in harness.emulator.reports if r.what == "off"] == ["reboots"]
    assert harness.emulator.process("node-1") not in (None, before)


@ONE
def test_an_incomplete_task_with_reboot_goes_on_in_the_same_job(harness: Harness) -> None:
    again = 'if [ -f "$HOME/second" ]; then exit 0; fi; touch "$HOME/second"; exit 192\n'
    harness.workflow("work", harness.task("task1", again))
    harness.start("work")
    harness.wait_until_complete("node-1")
    (job,) = harness.jobs("node-1")
    assert job["State"] == "finished"
    assert harness.log(job).count("Starting task") == 2


@ONE
def test_an_incomplete_task_waits_for_a_runnable_machine(harness: Harness) -> None:
    again = 'if [ -f "$HOME/second" ]; then exit 0; fi; touch "$HOME/second"; exit 128\n'
    harness.workflow("work", harness.task("task1", again))
    harness.start("work")
    harness.wait_until_stopped("node-1")
    harness.set("node-1", "Runnable", True)
    harness.wait_until_complete("node-1")
    assert len(harness.jobs("node-1")) == 1


@ONE
def test_a_failed_task_runs_again_in_a_new_job(harness: Harness) -> None:
    again = 'if [ -f "$HOME/second" ]; then exit 0; fi; touch "$HOME/second"; exit 1\n'
    harness.workflow("work", harness.task("task1", again))
    harness.start("work")
    harness.wait_until_stopped("node-1")
    harness.set("node-1", "Runnable", True)
    harness.wait_until_complete("node-1")
    assert harness.outcomes("node-1") == [("task1", "failed", "failed"), ("task1", "finished", "complete")]


@ONE
def test_a_machine_that_was_powered_off_goes_on_after_power_on(harness: Harness) -> None:
    harness.workflow("work", harness.task("task1", "exit 32\n"), harness.task("task2", "true\n"))
    harness.start("work")
    harness.emulator.wait_for("node-1", "off", "powers off")
    harness.emulator.power_on("node-1")
    harness.wait_until_complete("node-1")


@ONE
@pytest.mark.parametrize(
    ("code", "outcome"), [(1, ("finished", "reboot")), (2, ("incomplete", "complete")), (64, ("failed", "failed"))]
)
def test_tasks_of_the_old_kind_have_the_old_exit_codes(harness: Harness, code: int, outcome: tuple[str, str]) -> None:
    harness.task("task1", f"exit {code}\n", Meta={"feature-flags": "original-exit-codes"})
    harness.workflow("work", "task1")
    harness.start("work")
    eventually(lambda: harness.jobs("node-1") and harness.jobs("node-1")[0]["State"] not in ("created", "running"))
    assert harness.outcomes("node-1") == [("task1", *outcome)]


@ONE
def test_the_helper_makes_exit_codes_sane(harness: Harness) -> None:
    harness.task("task1", ". ./helper; exit_incomplete\n", Meta={"feature-flags": "original-exit-codes"})
    harness.workflow("work", "task1")
    harness.start("work")
    harness.wait_until_stopped("node-1")
    assert harness.outcomes("node-1") == [("task1", "incomplete", "complete")]


@ONE
def test_the_helper_reads_and_sets_params_and_installs_nothing(harness: Harness) -> None:
    harness.workflow("work", harness.task("task1", '. ./helper\nset_param my/x "[1]"\nget_param my/x\ninstall jq\n'))
    harness.start("work")
    harness.wait_until_stopped("node-1")
    log = harness.log(harness.jobs("node-1")[0])
    assert "\n[\n  1\n]\n" in log
    assert "install: a simulated machine shares its system with others" in log
    assert harness.machine("node-1")["Params"]["my/x"] == [1]


@ONE
def test_files_are_written_and_an_early_end_leaves_the_rest_out(harness: Harness) -> None:
    templates: list[dict[str, Any]] = [
        {"Name": "relative", "Path": "notes/{{.Machine.Name}}", "Contents": "for {{.Machine.Name}}\n"},
        {"Name": "absolute", "Path": "/etc/notes", "Contents": "kept apart\n"},
        {"Name": "first", "Contents": '#!/bin/sh\ncat notes/node-1 "$HOME/etc/notes"; exit 128\n'},
        {"Name": "second", "Contents": "#!/bin/sh\nexit 1\n"},
    ]
    harness.admin.post("tasks", {"Name": "task1", "Templates": templates})
    harness.workflow("work", "task1")
    harness.start("work")
    harness.wait_until_complete("node-1")
    (job,) = harness.jobs("node-1")
    assert job["State"] == "finished"
    assert "\nfor node-1\nkept apart\nCommand exited with status 128\n" in harness.log(job)
    assert not Path("/etc/notes").exists()


@ONE
def test_an_early_reboot_leaves_the_task_incomplete(harness: Harness) -> None:
    once = '#!/bin/sh\nif [ -f "$HOME/second" ]; then exit 0; fi; touch "$HOME/second"; exit 64\n'
    templates = [{"Name": "first", "Contents": once}, {"Name": "last", "Contents": "#!/bin/sh\necho last\n"}]
    harness.admin.post("tasks", {"Name": "task1", "Templates": templates})
    harness.workflow("work", "task1")
    harness.start("work")
    harness.wait_until_complete("node-1")
    (job,) = harness.jobs("node-1")
    assert harness.log(job).count("\nlast\n") == 1
    assert "incomplete" in harness.log(job)


@ONE
@pytest.mark.parametrize(
    ("contents", "reason"), [("echo no interpreter\n", "Exec format error"), ("#!/no/such/shell\n", "No such file")]
)
def test_a_script_that_cannot_be_started_fails_the_task(harness: Harness, contents: str, reason: str) -> None:
    harness.admin.post("tasks", {"Name": "task1", "Templates": [{"Name": "script", "Contents": contents}]})
    harness.workflow("work", "task1")
    harness.start("work")
    harness.wait_until_stopped("node-1")
    assert harness.outcomes("node-1") == [("task1", "failed", "failed")]
    assert f"Command failed to start: {reason}" in harness.log(harness.jobs("node-1")[0])


@ONE
def test_a_template_that_fails_runs_once_it_is_mended(harness: Harness) -> None:
    harness.workflow("work", harness.task("task1", 'echo {{.Param "my/x"}}\n'))
    harness.start("work")
    harness.wait_until_stopped("node-1")
    assert harness.outcomes("node-1") == [("task1", "failed", "failed")]
    assert "No such machine parameter my/x" in harness.log(harness.jobs("node-1")[0])
    harness.admin.post("machines/Name:node-1/params/my/x", "mended")
    harness.set("node-1", "Runnable", True)
    harness.wait_until_complete("node-1")
    assert "\nmended\n" in harness.log(harness.jobs("node-1")[-1])


@ONE
def test_scripts_have_the_environment_that_drp_gives(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    harness.workflow("work", harness.task("task1", "env; pwd; ls\n"))
    harness.start("work")
    harness.wait_until_complete("node-1")
    log = harness.log(harness.jobs("node-1")[0])
    given = dict(line.split("=", 1) for line in log.splitlines() if "=" in line)
    assert given["RS_UUID"] == harness.emulator.machines["node-1"]
    assert AdminClient(given["RS_ENDPOINT"]).get("info")["version"]
    assert given["RS_TOKEN"] not in ("", harness.emulator.key)
    assert given["RS_TASK_DIR"].startswith(given["RS_RUNNER_DIR"])
    assert given["RS_TASK_DIR"] in log.splitlines()
    assert "helper" in log.splitlines()
    assert not [name for name in given if name.startswith(("PULUMI_", "PYTHON"))]
    assert all("node-1" in given[name] for name in ("HOME", "TMPDIR", "TMP"))


@ONE
def test_a_task_with_extra_claims_gets_a_token_that_has_them(harness: Harness) -> None:
    create = "drpcli profiles create made\n"
    claims = [{"scope": "profiles", "action": "*", "specific": "*"}]
    harness.workflow("work", harness.task("task1", create), harness.task("task2", create, ExtraClaims=claims))
    harness.start("work", "node-1")
    harness.wait_until_stopped("node-1")
    assert "Requires: profiles create " in harness.log(harness.jobs("node-1")[0])
    harness.admin.patch("tasks/task1", {"op": "add", "path": "/ExtraClaims", "value": claims})
    harness.admin.patch("tasks/task2", {"op": "remove", "path": "/Templates/0"})
    harness.set("node-1", "Runnable", True)
    harness.wait_until_complete("node-1")
    assert harness.admin.exists("profiles/made")


@ONE
def test_a_change_of_boot_environment_reboots_the_machine(harness: Harness) -> None:
    harness.emulator.wait_for("node-1", "idle")
    harness.admin.post("bootenvs", {"Name": "other"})
    harness.admin.post("stages", {"Name": "in-other", "BootEnv": "other", "Tasks": [harness.task("task1", "true\n")]})
    harness.admin.post("workflows", {"Name": "work", "Stages": ["in-other"]})
    harness.start("work")
    harness.emulator.wait_for("node-1", "off", "reboots")
    harness.wait_until_complete("node-1")
    assert harness.machine("node-1")["BootEnv"] == "other"


@ONE
def test_the_agent_of_a_deleted_machine_ends(harness: Harness) -> None:
    harness.admin.delete("machines/Name:node-1")
    harness.emulator.wait_for("node-1", "off", "is gone from the endpoint")


@ONE
def test_a_script_that_leaves_a_process_behind_holds_up_nothing(harness: Harness) -> None:
    harness.workflow("work", harness.task("task1", "sleep 1000 &\necho started\n"))
    harness.start("work")
    harness.wait_until_complete("node-1")
    assert "\nstarted\n" in harness.log(harness.jobs("node-1")[0])


@ONE
def test_much_output_arrives_whole(harness: Harness) -> None:
    harness.workflow("work", harness.task("task1", "seq 1 100000\n"))
    harness.start("work")
    harness.wait_until_complete("node-1")
    numbers = [line for line in harness.log(harness.jobs("node-1")[0]).splitlines() if line.isdigit()]
    assert numbers == [str(number) for number in range(1, 100001)]


@ONE
def test_the_log_says_that_drpcli_is_the_subset(harness: Harness) -> None:
    harness.workflow("work", harness.task("task1", "command -v drpcli\n"))
    harness.start("work")
    harness.wait_until_complete("node-1")
    log = harness.log(harness.jobs("node-1")[0])
    assert "drpcli is the emulator's subset: no drpcli is on PATH\n" in log
    assert "/bin/drpcli\n" in log


def test_a_drpcli_on_path_is_used_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tmp_path / "drpcli"
    real.write_text("#!/bin/sh\necho the real one\n")
    real.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with Emulator(1) as emulator:
        harness = Harness(emulator, AdminClient(emulator.url))
        harness.workflow("work", harness.task("task1", "drpcli\n"))
        harness.start("work")
        harness.wait_until_complete("node-1")
        log = harness.log(harness.jobs("node-1")[0])
    assert f"drpcli is {real}\n" in log
    assert "\nthe real one\n" in log


@pytest.mark.drp(machines=1, tls=True)
def test_all_of_it_works_over_tls(drp_emulator: Emulator) -> None:
    from drp_emulator.machines.inventory import Inventory

    script = "#!/bin/sh\nset -e\ndrpcli machines set $RS_UUID param my/x to done\n"
    with Inventory(drp_emulator.url, "", drp_emulator.key) as registry:
        for path, body in (
            ("tasks", {"Name": "task1", "Templates": [{"Name": "script", "Contents": script}]}),
            ("stages", {"Name": "stage1", "Tasks": ["task1"]}),
            ("workflows", {"Name": "work", "Stages": ["stage1"]}),
        ):
            registry.demand("POST", path, body)
        uuid = drp_emulator.machines["node-1"]
        registry.demand("PATCH", f"machines/{uuid}", [{"op": "replace", "path": "/Workflow", "value": "work"}])
        eventually(lambda: registry.demand("GET", f"machines/{uuid}/params").get("my/x") == "done")

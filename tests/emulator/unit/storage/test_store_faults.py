"""A file that cannot be a store is refused in one sentence with its path, and never changed."""

import shlex
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from drp_emulator import EmulatedEndpoint
from drp_emulator.storage.store import Store
from drp_emulator.storage.store_error import StoreError
from tests.contract.client import Client, fault
from tests.contract.processes import ENVIRONMENT, URL, server

COMMAND = [sys.executable, "-m", "drp_emulator", "--records-only", "--port", "0", "--store"]
# Imports first: what a plain user may not read is needed before the change of user.
AS_PLAIN_USER = """
import os, sys, tempfile
from drp_emulator.__main__ import main
from drp_emulator.application.app import Application
with tempfile.TemporaryDirectory() as folder:
    Application(folder + "/store.db").close()
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534)
raise SystemExit(main(["--records-only", "--port", "0", "--store", sys.argv[1]]))
"""


def refusal(command: list[str]) -> str:
    """Run a command that must fail; return its only line."""
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    return done.stderr.strip()


def fresh(path: Path) -> None:
    EmulatedEndpoint(path, machines=200).start().stop()


def text(path: Path) -> None:
    path.write_text("no database, but long enough to be looked at " * 50, encoding="utf-8")


def half(path: Path) -> None:
    fresh(path)
    path.write_bytes(path.read_bytes()[:6000])


def malformed(path: Path) -> None:
    fresh(path)
    content = bytearray(path.read_bytes())
    content[100:120] = b"\xff" * 20
    path.write_bytes(content)


def another_database(version: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with closing(sqlite3.connect(path)) as other:
            other.executescript(f"CREATE TABLE objects (mine TEXT); PRAGMA user_version = {version};")

    return make


def changed(statement: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        fresh(path)
        with closing(sqlite3.connect(path)) as opened, opened:
            opened.execute(statement)

    return make


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (text, "is not a store: choose another file."),
        (Path.mkdir, "is not a store: choose another file."),
        (another_database(0), "is not a store: choose another file."),
        (another_database(1), "is not a store: choose another file."),
        (another_database(3), "is not a store: choose another file."),
        (half, "is damaged: remove it for a fresh one, or restore a copy."),
        (malformed, "is damaged: remove it for a fresh one, or restore a copy."),
        (changed("DELETE FROM facts"), "is damaged: remove it for a fresh one, or restore a copy."),
        (
            changed("ALTER TABLE objects RENAME COLUMN body TO content"),
            "is damaged: remove it for a fresh one, or restore a copy.",
        ),
        (changed("DROP TABLE events"), "is damaged: remove it for a fresh one, or restore a copy."),
        (changed("DROP TABLE private_keys"), "is damaged: remove it for a fresh one, or restore a copy."),
        (changed("DROP TABLE passwords"), "is not a store: choose another file."),
    ],
)
def test_what_is_no_store_is_refused_and_kept(tmp_path: Path, make: Callable[[Path], None], cause: str) -> None:
    path = tmp_path / "some.db"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    assert refusal([*COMMAND, str(path)]) == f"The emulator's store {path} {cause}"
    assert (path.read_bytes() if path.is_file() else b"") == before


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that every user of the computer may enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@pytest.mark.parametrize("mode", [0o444, 0o000])
def test_a_store_without_permission_is_said_to_be_so(shared: Path, mode: int) -> None:
    path = shared / "store.db"
    fresh(path)
    path.chmod(mode)
    line = refusal([sys.executable, "-c", AS_PLAIN_USER, str(path)])
    assert line == f"The emulator's store {path} cannot be written (Permission denied): choose another file."


def test_a_folder_without_permission_is_named(shared: Path) -> None:
    path = shared / "store.db"
    fresh(path)
    path.chmod(0o666)
    shared.chmod(0o555)
    line = refusal([sys.executable, "-c", AS_PLAIN_USER, str(path)])
    assert line.startswith(f"The emulator's store {path} cannot be written (Permission denied at {shared})")


def test_a_disk_too_small_for_a_store_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    line = refusal(["bash", "-c", f"ulimit -f 16; exec {shlex.join([*COMMAND, str(path)])}"])
    assert line.startswith(f"The emulator's store {path} ")
    assert "check the disk" in line or "free some space" in line
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_fails_writes_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    fresh(path)
    command = ["bash", "-c", f"ulimit -f 1600; exec {shlex.join([*COMMAND, str(path)])}"]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True, env=ENVIRONMENT) as process:
        assert process.stdout is not None
        found = URL.search(process.stdout.readline())
        assert found is not None
        made = []
        with Client(found[0]) as api:
            for number in range(200):
                answer = api.post("/profiles", {"Name": f"profile-{number}", "Description": "x" * 50_000})
                if answer.status_code != 201:
                    break
                made.append(f"profile-{number}")
            document = fault(answer)
            assert document["Code"] == 500
            assert document["Messages"][0].startswith("The emulator's store cannot be read or written: check the disk")
            assert api.get("/profiles/global").status_code == 200
            api._made.clear()
        process.terminate()
        _, complaints = process.communicate(timeout=30)
    assert "Traceback" not in complaints
    assert f"POST /api/v3/profiles failed: The emulator's store {path} cannot be read or written" in complaints
    with EmulatedEndpoint(path) as endpoint, Client(endpoint.url) as api:
        assert {profile["Name"] for profile in api.get("/profiles").json()} == {"global", *made}


def test_a_page_that_breaks_later_fails_its_requests_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    fresh(path)
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = opened.execute("SELECT rootpage FROM sqlite_master WHERE name = 'objects'").fetchone()
        (size,) = opened.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    content[(root - 1) * size : root * size] = b"\xff" * size
    path.write_bytes(content)
    with server("--store", str(path)) as (process, url):
        document = fault(Client(url).get("/profiles/global"))
        process.terminate()
        _, complaints = process.communicate(timeout=30)
    assert document["Messages"] == ["The emulator's store is damaged: remove it for a fresh one, or restore a copy."]
    assert "Traceback" not in complaints


@pytest.mark.parametrize("prefix", ["profiles", "users", "machines"])
@pytest.mark.parametrize("body", ["{bad", "[]", "null", "", "1" * 5000])
def test_a_damaged_row_is_said_to_be_so(tmp_path: Path, prefix: str, body: str) -> None:
    path = tmp_path / "store.db"
    fresh(path)
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.execute("UPDATE objects SET body = ? WHERE prefix = ?", (body, prefix))
    with EmulatedEndpoint(path) as endpoint:
        document = fault(Client(endpoint.url).get(f"/{prefix}"))
    assert document["Messages"] == ["The emulator's store is damaged: remove it for a fresh one, or restore a copy."]


def test_a_removed_store_takes_its_objects_with_it(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with server("--store", str(path)) as (process, url), Client(url) as api:
        api.make("profiles", Name="old")
        api._made.clear()
        process.kill()
        process.wait(timeout=30)
    assert path.with_name("store.db-wal").stat().st_size > 0
    path.unlink()
    with EmulatedEndpoint(path) as endpoint, Client(endpoint.url) as api:
        assert api.get("/profiles/old").status_code == 404
        assert api.get("/profiles/global").status_code == 200


def test_a_killed_store_keeps_its_objects(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with server("--store", str(path)) as (process, url), Client(url) as api:
        api.make("profiles", Name="kept")
        api._made.clear()
        process.kill()
        process.wait(timeout=30)
    with EmulatedEndpoint(path) as endpoint, Client(endpoint.url) as api:
        assert api.get("/profiles/kept").status_code == 200


def test_a_store_that_is_replaced_while_open_is_not_mixed(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    first = Store(path, lambda _: None)
    path.unlink()
    second = Store(path, lambda _: None)
    for write in (False, True):
        with pytest.raises(StoreError, match="was removed or replaced"), first.transaction(write=write):
            pass
    first.close()
    second.close()


def copy_of_another_store(path: Path) -> None:
    other = path.with_name("other.db")
    EmulatedEndpoint(other, machines=3).start().stop()
    other.rename(path)


def removed(*endings: str) -> Callable[[Path], None]:
    def remove(path: Path) -> None:
        for ending in endings:
            path.with_name(path.name + ending).unlink()

    return remove


@pytest.mark.parametrize(
    ("change", "kept", "machines"),
    [
        (copy_of_another_store, False, 3),
        (removed("", "-wal", "-shm"), False, 8),
        (removed(""), False, 8),
        (removed("-wal", "-shm"), True, 1),
        (removed("-wal"), True, 1),
        (removed("-shm"), True, 1),
    ],
    ids=["replaced", "all removed", "store removed", "companions removed", "log removed", "index removed"],
)
@pytest.mark.parametrize("kill", [True, False])
def test_a_store_changed_under_the_emulator_takes_no_write(
    tmp_path: Path, change: Callable[[Path], None], kept: bool, machines: int, kill: bool
) -> None:
    path = tmp_path / "store.db"
    with server("--store", str(path), "--machines", "1") as (process, url), Client(url) as api:
        api.make("profiles", Name="before")
        api._made.clear()
        change(path)
        document = fault(api.post("/profiles", {"Name": "after"}))
        assert document["Messages"] == [
            "The emulator's store was removed or replaced while it was open: restart the emulator."
        ]
        assert api.get("/profiles/before").status_code == 500
        (process.kill if kill else process.terminate)()
        process.wait(timeout=30)
    with EmulatedEndpoint(path) as endpoint, Client(endpoint.url) as api:
        assert api.get("/profiles/before").status_code == (200 if kept else 404)
        assert api.get("/profiles/after").status_code == 404
        assert len(api.get("/machines").json()) == machines


def test_a_store_replaced_before_the_end_stays_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with EmulatedEndpoint(path, machines=1) as endpoint, Client(endpoint.url) as api:
        api.make("profiles", Name="before")
        api._made.clear()
        copy_of_another_store(path)
    with EmulatedEndpoint(path) as endpoint, Client(endpoint.url) as api:
        assert len(api.get("/machines").json()) == 3
        assert api.get("/profiles/before").status_code == 404


def test_a_link_to_a_missing_file_is_a_store_to_make(tmp_path: Path) -> None:
    path, target = tmp_path / "link.db", tmp_path / "elsewhere" / "store.db"
    path.symlink_to(target)
    for _ in range(2):
        with EmulatedEndpoint(path, machines=1) as endpoint, Client(endpoint.url) as api:
            assert api.get("/profiles/global").status_code == 200
    assert (path.is_symlink(), target.is_file()) == (True, True)


@pytest.mark.parametrize("options", [("--store", ""), ("--endpoint", "https://127.0.0.1:1", "--ca-file", "")])
def test_an_empty_text_is_no_file(options: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "drp_emulator", *options]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(f"argument {options[-2]}: an empty text is no file: give a path\n")

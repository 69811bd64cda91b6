"""What the subset of drpcli reads, prints and refuses."""

import json
from pathlib import Path

import pytest

from drp_emulator import EmulatedEndpoint
from drp_emulator.drpcli import gojson, goyaml, patches
from tests.emulator.machines.conftest import Drpcli
from tests.support.admin import AdminClient


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("none", "none"),
        ("6d8c3c1e-9b0f-5c37-9a54-5d2f1c7f0e11", "6d8c3c1e-9b0f-5c37-9a54-5d2f1c7f0e11"),
        ("10000000-0000-0000-0000-000000000000", "10000000-0000-0000-0000-000000000000"),
        ("true", True),
        ("yes", True),
        ("y", True),
        ("Off", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0x1f", 31),
        ("1e3", 1000.0),
        ("1.50", 1.5),
        ('"quoted"', "quoted"),
        ("12:30:45", "12:30:45"),
        ("2020-01-01", "2020-01-01"),
        ("52:54:00:7c:00:01", "52:54:00:7c:00:01"),
        ("two words", "two words"),
        ("[1, 2, ]", [1, 2]),
        ("{a: 1, b: [x, y]}", {"a": 1, "b": ["x", True]}),
        ("- a\n- {b: null}\n", ["a", {"b": None}]),
        ("1: one", {"1": "one"}),
    ],
)
def test_values_are_read_as_gos_yaml_reads_them(text: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert goyaml.parse(text) == value


@pytest.mark.parametrize("text", ["{a: ", "[1", "a: b: c", "!!python/object:os.system x"])
def test_what_is_no_yaml_is_one_complaint(text: str) -> None:
    with pytest.raises(goyaml.Unreadable) as caught:
        goyaml.parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (1e-07, "1e-7"),
        (1e-06, "0.000001"),
        (0.00001234, "0.00001234"),
        (1e21, "1e+21"),
        (1.5e20, "150000000000000000000"),
        (12345678901234567890, "12345678901234567000"),
        (-2.5, "-2.5"),
        (0.1, "0.1"),
        (9007199254740993, "9007199254740992"),
    ],
)
def test_numbers_are_printed_as_go_prints_them(value: float, text: str) -> None:
    assert gojson.number(value) == text


def test_json_is_printed_sorted_and_escaped_as_go_does() -> None:
    value = {"b": [], "a": {"<&>": "é\u2028\t"}, "c": {}, "d": [True, None]}
    assert gojson.pretty(value) == (
        '{\n  "a": {\n    "\\u003c\\u0026\\u003e": "é\\u2028\\t"\n  },\n  "b": [],\n  "c": {},\n'
        '  "d": [\n    true,\n    null\n  ]\n}'
    )
    assert json.loads(gojson.compact(value)) == value


@pytest.mark.parametrize("text", ["", "{", "[1,]", "nul", '{"a":1} x', '"open', "NaN", "[" * 100_000])
def test_what_is_no_json_is_malformed(text: str) -> None:
    with pytest.raises(gojson.Malformed):
        gojson.parse(text)


def test_a_difference_replaces_lists_and_tells_true_from_one() -> None:
    base = {"list": [1, 2], "flag": True, "gone": None, "map": {"x": 1}}
    target = {"list": [2], "flag": 1, "map": {"x": 1.0, "new/key": {}}}
    assert [(one["op"], one["path"]) for one in patches.difference(base, target)] == [
        *(("test", "/flag"), ("replace", "/flag"), ("test", "/gone"), ("remove", "/gone")),
        *(("test", "/list"), ("replace", "/list"), ("add", "/map/new~1key")),
    ]


def test_yaml_output_is_in_block_style(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha", "Params": {"my/x": {"b": [1], "a": "é"}}})
    assert drpcli.says("profiles", "get", "alpha", "param", "my/x", "-F", "yaml") == "a: é\nb:\n- 1\n\n"
    assert drpcli.says("profiles", "get", "alpha", "param", "my/x", RS_FORMAT="yaml") == "a: é\nb:\n- 1\n\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", '""\n'),
        ("none", "none\n"),
        ("yes", '"yes"\n'),
        ("12:30:45", '"12:30:45"\n'),
        ("2020-01-01", '"2020-01-01"\n'),
        ("2020-01-01 10:00", "2020-01-01 10:00\n"),
        ("007", '"007"\n'),
        ("0o7", '"0o7"\n'),
        ("=", "=\n"),
        ("a: b", "'a: b'\n"),
        ("one\ntwo\n", "|\n  one\n  two\n"),
        (1000.0, "1000\n"),
        (1234567.5, "1.2345675e+06\n"),
        (1e-7, "1e-07\n"),
        (0.1, "0.1\n"),
        (1e21, "1e+21\n"),
        (-1.5e20, "-1.5e+20\n"),
        (12345678901234567890, "12345678901234567000\n"),
        (True, "true\n"),
        ({"a10": 1, "a2": {}, "B": [], "a": None, "a-b": 1}, "B: []\na: null\na-b: 1\na2: {}\na10: 1\n"),
        ({"a010": 1, "a10": 2, "a1": 3, "x_y": 4, "xA": 5}, "a1: 3\na10: 2\na010: 1\nx_y: 4\nxA: 5\n"),
        ({"a100": 1, "a10x": 2, "a1003": 3}, "a100: 1\na1003: 3\na10x: 2\n"),
    ],
)
def test_yaml_is_printed_as_go_prints_it(value: object, text: str) -> None:
    assert goyaml.dump(value) == text


def test_values_come_from_stdin_and_references_from_files(drpcli: Drpcli, admin: AdminClient, tmp_path: Path) -> None:
    admin.post("profiles", {"Name": "alpha"})
    drpcli.says("profiles", "set", "alpha", "param", "my/x", "to", "-", stdin="a: [1, 2]\n")
    reference = tmp_path / "old.yaml"
    reference.write_text("a:\n- 1\n- 2.0\n")
    drpcli.says("profiles", "set", "alpha", "param", "my/x", "to", "3", "-r", str(reference))
    assert admin.params("alpha") == {"my/x": 3}


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["files", "list"], "`drpcli files list`"),
        (["machines", "processjobs", "x"], "`drpcli machines processjobs`"),
        (["params", "set", "x"], "`drpcli params set`"),
        ([], "`drpcli`"),
        (["profiles", "list", "-F", "table"], "the format table"),
        (["profiles", "list", "-u", "http://proxy"], "the flag --url-proxy"),
        (["profiles", "set", "a", "param", "b", "to", "https://x/y"], "fetching the value from https://x/y"),
    ],
)
def test_what_is_left_out_is_refused_loudly(drpcli: Drpcli, words: list[str], what: str) -> None:
    assert drpcli.fails(*words) == (
        f"Error: drpcli (emulator subset): {what} is not covered. Put the real drpcli on PATH to use it in"
        " simulated machines.\n"
    )
    assert drpcli.sent() == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["profiles", "show"], "drpcli profiles show [id] requires 1 argument"),
        (["profiles", "list", "--nonsense"], "unknown flag: --nonsense"),
        (["profiles", "list", "-q"], "unknown shorthand flag: 'q' in -q"),
        (["profiles", "list", "-r"], "flag needs an argument: --ref"),
        (["profiles", "list", "Name", "Like", "x"], "Unknown filter function Like for Name"),
        (["profiles", "list", "Name", "Eq"], "The filter Name misses its value"),
        (["profiles", "list", "a=b", "c"], "Filter argument requires an '=' separator: c"),
        (["machines", "count", "Nope", "Eq", "x"], "CLIENT_ERROR: HEAD machines: the endpoint answered 406"),
        (["profiles", "update", "global", "[1]"], None),
        (["profiles", "update", "global", '{"Params": 7}'], None),
        (["profiles", "show", "nope"], "GET: profiles/nope: Not Found"),
    ],
)
def test_what_cannot_be_is_one_complaint_and_exit_code_1(
    drpcli: Drpcli, words: list[str], complaint: str | None
) -> None:
    said = drpcli.fails(*words)
    assert said == f"Error: {complaint}\n" if complaint else "json: cannot unmarshal" in said


def test_objects_with_errors_are_fatal_on_request(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.patch("machines/Name:node-1", {"op": "add", "path": "/Profiles/-", "value": "nope"})
    assert json.loads(drpcli.says("machines", "show", "Name:node-1"))["Errors"]
    for flags, environment in ((("-X",), {}), ((), {"RS_OBJECT_ERRORS_ARE_FATAL": "true"})):
        done = drpcli.run(*flags, "machines", "show", "Name:node-1", **environment)
        assert done.returncode == 1
        assert json.loads(done.stdout)["Name"] == "node-1"
        assert "Profile nope (at 0) does not exist" in done.stderr


def test_an_object_with_errors_may_be_changed_to_a_good_one(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.patch("machines/Name:node-1", {"op": "add", "path": "/Profiles/-", "value": "nope"})
    assert json.loads(drpcli.says("-X", "machines", "removeprofile", "Name:node-1", "nope"))["Errors"] == []


def test_an_endpoint_without_an_address_is_one_complaint(drpcli: Drpcli) -> None:
    assert drpcli.fails("profiles", "list", RS_ENDPOINT="nowhere") == (
        "Error: Error creating Session: The endpoint 'nowhere' is no address: write http://host:port or"
        " https://host:port.\n"
    )


def test_it_talks_tls_to_a_certificate_that_nobody_signed(drpcli: Drpcli) -> None:
    with EmulatedEndpoint(machines=1, tls=True) as endpoint:
        del drpcli.environment["RS_TOKEN"]
        assert drpcli.says("machines", "count", RS_ENDPOINT=endpoint.url) == "1\n"


def test_a_call_does_without_what_takes_long_to_import(drpcli: Drpcli, admin: AdminClient, program: Path) -> None:
    admin.post("profiles", {"Name": "alpha"})
    script = program.read_text().replace(" -I ", " -X importtime -I ")
    drpcli.program = program.with_name("timed")
    drpcli.program.write_text(script)
    drpcli.program.chmod(0o755)
    done = drpcli.run("-r", "none", "profiles", "set", "alpha", "param", "my/leader", "to", "me")
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "drp_emulator.drpcli.param_commands" in imported
    heavy = {"re", "json", "socket", "ssl", "typing", "http", "argparse", "yaml", "pathlib", "encodings.idna", "nacl"}
    assert imported & heavy == set()

"""The subset of drpcli seals values of secure params as drpcli does, and shows them in clear on demand only."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from drp_emulator import EmulatedEndpoint
from tests.emulator.machines.conftest import Drpcli
from tests.emulator.machines.harness import Harness
from tests.emulator.machines.test_drpcli_requests import op
from tests.support.admin import AdminClient

SET = ("profiles", "set", "alpha", "param", "my/secret", "to")
SECRET = "correct horse & <battery> staple"


@pytest.fixture(autouse=True)
def holders(admin: AdminClient) -> None:
    admin.post("params", {"Name": "my/secret", "Secure": True, "Schema": {"type": "string"}})
    admin.post("params", {"Name": "my/secret-map", "Secure": True})
    admin.post("profiles", {"Name": "alpha"})


def is_sealed(value: Any) -> bool:
    """Whether it is what drpcli sends of a secure value, and says nothing."""
    sizes = {name: len(base64.b64decode(part, validate=True)) for name, part in value.items()}
    return (sizes.pop("Key"), sizes.pop("Nonce"), list(sizes)) == (32, 24, ["Payload"]) and SECRET not in str(value)


def test_set_asks_for_the_key_and_posts_what_it_has_sealed(drpcli: Drpcli) -> None:
    said = drpcli.says(*SET, json.dumps(SECRET))
    *asked, (line, body) = drpcli.sent()
    assert asked == [("GET /params/my/secret", None), ("GET /profiles/alpha/pubkey", None)]
    assert line == "POST /profiles/alpha/params/my/secret"
    assert is_sealed(body)
    assert json.loads(said) == body
    assert drpcli.says("profiles", "get", "alpha", "param", "my/secret") == said
    clear = json.dumps(SECRET).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    assert drpcli.says("profiles", "get", "alpha", "param", "my/secret", "--decode") == f"{clear}\n"


def test_decode_shows_it_in_every_command_that_has_the_flag(drpcli: Drpcli) -> None:
    drpcli.says(*SET, json.dumps(SECRET))
    for words in (
        ("profiles", "get", "alpha", "param", "my/secret"),
        ("profiles", "params", "alpha"),
        ("profiles", "show", "alpha"),
        ("profiles", "list", "Name", "Eq", "alpha"),
    ):
        assert "battery" not in drpcli.says(*words)
        assert "battery" in drpcli.says(*words, "--decode")


def test_a_value_of_any_kind_comes_back_in_clear(drpcli: Drpcli) -> None:
    for text, value in (("{a: [1, yes, null], 'b/c~d': é}", {"a": [1, True, None], "b/c~d": "é"}), ("2.50", 2.5)):
        drpcli.says("profiles", "set", "alpha", "param", "my/secret-map", "to", text)
        assert json.loads(drpcli.says("profiles", "get", "alpha", "param", "my/secret-map", "--decode")) == value


def test_each_call_seals_anew(drpcli: Drpcli) -> None:
    words = (*SET, "same")
    first, second = (json.loads(drpcli.says(*words)) for _ in range(2))
    assert all(first[name] != second[name] for name in ("Key", "Nonce", "Payload"))


def test_add_seals_before_it_looks_whether_the_key_is_free(drpcli: Drpcli) -> None:
    words = ("profiles", "add", "alpha", "param", "my/secret", "to", "hidden")
    drpcli.says(*words)
    *asked, (line, patch) = drpcli.sent()
    assert asked == [
        ("GET /params/my/secret", None),
        ("GET /profiles/alpha/pubkey", None),
        ("GET /profiles/alpha/params", None),
    ]
    assert (line, patch[0]) == ("PATCH /profiles/alpha/params", op("test", "", {}))
    assert is_sealed(patch[1]["value"])
    assert drpcli.fails(*words) == "Error: Key, my/secret, already present on profile alpha\n"


def test_a_reference_to_a_secure_value_is_what_is_stored(drpcli: Drpcli) -> None:
    stored = drpcli.says(*SET, "old")
    words = (*SET, "new")
    assert "Test op failed." in drpcli.fails("-r", "old", *words)
    drpcli.says("-r", stored, *words)
    assert drpcli.says("profiles", "get", "alpha", "param", "my/secret", "--decode") == '"new"\n'


def test_machines_have_keys_of_their_own(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.patch("machines/Name:node-1", op("add", "/Profiles/-", "alpha"))
    drpcli.says(*SET, "of-the-profile")
    get = ("machines", "get", "Name:node-1", "param", "my/secret", "--aggregate", "--decode")
    assert drpcli.says(*get) == '"of-the-profile"\n'
    drpcli.says("machines", "set", "Name:node-1", "param", "my/secret", "to", "of-the-machine")
    assert drpcli.recorder.lines()[1] == "GET /machines/Name:node-1/pubkey"
    assert drpcli.says(*get) == '"of-the-machine"\n'


def test_a_secure_value_against_the_schema_is_not_shown(drpcli: Drpcli) -> None:
    complaint = drpcli.fails(*SET, '["battery"]')
    assert "(root): Invalid type. Expected: string, given: array" in complaint
    assert "battery" not in complaint


def test_who_may_not_have_the_key_sends_no_value(
    drpcli: Drpcli, admin: AdminClient, endpoint: EmulatedEndpoint
) -> None:
    claims = [{"scope": "profiles,params", "action": "get,update", "specific": "*"}]
    admin.post("roles", {"Name": "plain", "Claims": claims})
    admin.post("users", {"Name": "plain", "Roles": ["plain"]})
    admin.send("PUT", "users/plain/password", {"Password": "Secret1"})
    del drpcli.environment["RS_TOKEN"]
    complaint = drpcli.fails("-U", "plain", "-P", "Secret1", *SET, "battery")
    assert "Requires: profiles updateSecure alpha" in complaint
    assert drpcli.recorder.lines() == ["GET /params/my/secret", "GET /profiles/alpha/pubkey"]


def test_without_pynacl_it_says_what_to_install(drpcli: Drpcli) -> None:
    main = Path(sys.modules["drp_emulator"].__path__[0]) / "drpcli" / "__main__.py"
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(main), *SET, "battery"],
        env=drpcli.environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Error: Cannot set secure parameter my/secret: this needs PyNaCl, which is not installed for the emulator:"
        " install pynacl\n"
    )


@pytest.mark.drp(machines=1)
def test_a_script_hands_a_secret_on_through_its_clusters_profile(harness: Harness) -> None:
    harness.admin.post("params", {"Name": "my/secret", "Secure": True, "Schema": {"type": "string"}})
    harness.admin.post("profiles", {"Name": "mine"})
    harness.admin.patch("machines/Name:node-1", op("add", "/Profiles/-", "mine"))
    write = """
    token="{{.GenerateProfileToken "mine" 600}}"
    drpcli -T "$token" profiles set mine param my/secret to '"a battery"' >/dev/null
    drpcli -T "$token" profiles get mine param my/secret --decode | tr a-z b-za
    drpcli machines get "$RS_UUID" param my/secret --aggregate --decode | tr a-z c-zab
    """
    read = """echo "{{.Param "my/secret"}}" | tr a-z d-zabc"""
    harness.workflow("work", harness.task("write", write), harness.task("read", read))
    harness.start("work", "node-1")
    harness.wait_until_complete("node-1")
    written, rendered = (harness.log(job) for job in harness.jobs("node-1"))
    assert '"b cbuufsz"' in written
    assert '"c dcvvgta"' in written
    assert "d edwwhub" in rendered
    assert "battery" not in written + rendered + json.dumps(harness.admin.params("mine"))

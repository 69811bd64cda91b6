"""Errors of the endpoint: one sentence that names the object, the cause and the way out."""

import socket
from collections.abc import Callable, Iterator
from operator import methodcaller
from pathlib import Path
from typing import Any

import pytest
import trustme

from drp_emulator import EmulatedEndpoint
from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.plugin import Plugin, PluginError

PROFILE = "profile:Profile"
KEY = "rocketskates:r0cketsk8ts"


def refusal(environment: dict[str, str], act: Callable[[Plugin], Any], cwd: Path | None = None) -> str:
    with Plugin(environment, cwd=cwd or Path.cwd()) as plugin, pytest.raises(PluginError) as caught:
        act(plugin)
    text = str(caught.value).strip()
    assert "Traceback" not in text
    assert "\n" not in text
    return text


def make(plugin: Plugin) -> None:
    plugin.create(PROFILE, {"name": "web", "params": {"my/x": 1}})


def unused_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def tls_endpoint() -> Iterator[EmulatedEndpoint]:
    with EmulatedEndpoint(machines=1, tls=True) as running:
        yield running


def test_no_endpoint_is_said_before_anything_else() -> None:
    text = refusal({}, lambda plugin: plugin.check(PROFILE, {"name": "web"}))
    assert text.startswith("SettingsError: No DRP endpoint is configured: set RS_ENDPOINT")


def test_an_endpoint_that_is_no_url_is_named() -> None:
    text = refusal({"RS_ENDPOINT": "drp.example:8092", "RS_KEY": KEY}, make)
    assert "The DRP endpoint 'drp.example:8092' is not a URL" in text


def test_a_preview_names_an_endpoint_that_is_no_url() -> None:
    text = refusal(
        {"RS_ENDPOINT": "drp.example:8092", "RS_KEY": KEY}, lambda plugin: plugin.check(PROFILE, {"name": "x"})
    )
    assert "The DRP endpoint 'drp.example:8092' is not a URL" in text


def test_an_endpoint_without_credentials_is_named() -> None:
    text = refusal({"RS_ENDPOINT": "https://127.0.0.1:1"}, make)
    assert "No credentials for the DRP endpoint https://127.0.0.1:1: set RS_TOKEN or RS_KEY" in text


def test_a_setting_of_the_wrong_type_is_named() -> None:
    text = refusal({"RS_ENDPOINT": "https://127.0.0.1:1", "RS_TIMEOUT": "soon", "RS_KEY": KEY}, make)
    assert text == "SettingsError: RS_TIMEOUT is not a number: correct the variable in the environment."


def test_an_unreachable_endpoint_is_named() -> None:
    port = unused_port()
    text = refusal({"RS_ENDPOINT": f"http://127.0.0.1:{port}", "RS_KEY": KEY}, make)
    assert f"The DRP endpoint http://127.0.0.1:{port} cannot be reached" in text
    assert "Connection refused" in text


def test_an_untrusted_certificate_is_named_with_a_way_out(tls_endpoint: EmulatedEndpoint) -> None:
    text = refusal({"RS_ENDPOINT": tls_endpoint.url, "RS_KEY": KEY}, make)
    assert f"The certificate of the DRP endpoint {tls_endpoint.url} is not trusted" in text
    assert "RS_CA_FILE" in text


def test_a_named_certificate_or_insecure_are_the_ways_out(tls_endpoint: EmulatedEndpoint, tmp_path: Path) -> None:
    operator_key = {"RS_ENDPOINT": tls_endpoint.url, "RS_KEY": KEY}
    with Plugin({**operator_key, "RS_CA_FILE": str(tls_endpoint.certificate)}) as plugin:
        assert plugin.create(PROFILE, {"name": "by-ca"})[0] == "by-ca"
    with Plugin({**operator_key, "RS_INSECURE": "true"}) as plugin:
        assert plugin.create(PROFILE, {"name": "by-switch"})[0] == "by-switch"
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    assert "is not trusted" in refusal({**operator_key, "RS_CA_FILE": str(other)}, make)
    assert "is not a file" in refusal({**operator_key, "RS_CA_FILE": str(tmp_path / "none.pem")}, make)


def test_a_wrong_token_is_named_and_not_printed(proxy: FaultProxy) -> None:
    text = refusal({"RS_ENDPOINT": proxy.url, "RS_TOKEN": "canary-token"}, make)
    assert "the token is wrong, expired or revoked; set a new RS_TOKEN or RS_KEY" in text
    assert "canary" not in text


def test_a_wrong_password_is_named_and_not_printed(proxy: FaultProxy) -> None:
    text = refusal({"RS_ENDPOINT": proxy.url, "RS_KEY": "rocketskates:canary"}, make)
    assert "the user name, password or token is wrong; check RS_KEY or RS_TOKEN" in text
    assert "canary" not in text


def test_a_missing_claim_is_named(proxy: FaultProxy, admin: AdminClient, name: str) -> None:
    token = admin.token_for(name, {"scope": "profiles", "action": "get,create", "specific": "*"})
    admin.post("profiles", {"Name": name, "Params": {"my/x": 1}})
    environment = {"RS_ENDPOINT": proxy.url, "RS_TOKEN": token}
    olds, news = ({"name": name, "params": {"my/x": x}} for x in (1, 2))
    text = refusal(environment, lambda plugin: plugin.update(PROFILE, name, olds, news))
    assert "the credentials lack the right to" in text
    assert "on profiles" in text
    assert admin.params(name) == {"my/x": 1}


def test_an_object_that_may_not_be_seen_is_not_taken_for_gone(proxy: FaultProxy, admin: AdminClient, name: str) -> None:
    token = admin.token_for(name, {"scope": "machines", "action": "get", "specific": "*"})
    admin.post("profiles", {"Name": name})
    text = refusal({"RS_ENDPOINT": proxy.url, "RS_TOKEN": token}, lambda p: p.read(PROFILE, name, {"name": name}))
    assert f"profiles/{name} cannot be read with these credentials, so whether it is gone is not known" in text
    text = refusal({"RS_ENDPOINT": proxy.url, "RS_TOKEN": token}, lambda p: p.read(PROFILE, "nope", {"name": "nope"}))
    assert "whether it is gone is not known" in text


def test_an_expired_token_is_renewed_once_where_a_key_is_known(
    proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    with Plugin({"RS_ENDPOINT": proxy.url, "RS_KEY": KEY}) as plugin:
        plugin.create(PROFILE, {"name": name})
        proxy.answer("PATCH", 401, b"", "text/plain")
        plugin.update(PROFILE, name, {"name": name}, {"name": name, "description": "d"})
        logins = [request for request in proxy.requests if request.path.partition("?")[0].endswith("/token")]
        assert len(logins) == 2
    assert admin.get(f"profiles/{name}")["Description"] == "d"


@pytest.mark.parametrize("method", ["POST", "PATCH", "GET", "DELETE"])
@pytest.mark.parametrize(
    ("body", "kind"), [(b"<html>canary</html>", "text/html"), (b'{"Name": canary', "application/json")]
)
def test_html_and_broken_json_are_no_answers_of_drp(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str, method: str, body: bytes, kind: str
) -> None:
    acts: dict[str, Callable[[], Any]] = {
        "POST": lambda: plugin.create(PROFILE, {"name": f"{name}-new"}),
        "PATCH": lambda: plugin.update(PROFILE, name, {"name": name}, {"name": name, "description": "d"}),
        "GET": lambda: plugin.read(PROFILE, name, {"name": name}),
        "DELETE": lambda: plugin.delete(PROFILE, f"{name}", {"name": name}),
    }
    admin.post("profiles", {"Name": name})
    proxy.answer(method, 200, body, kind, times=9)
    unsure = "" if method == "GET" else ", so whether it was applied is unknown"
    with pytest.raises(PluginError, match=f"which is not DRP's{unsure}: check that RS_ENDPOINT") as caught:
        acts[method]()
    assert "canary" not in str(caught.value)


def test_a_value_against_the_schema_is_not_shown(plugin: Plugin, admin: AdminClient, name: str) -> None:
    admin.post("params", {"Name": f"{name}/port", "Schema": {"type": "integer", "minimum": 10}})
    with pytest.raises(PluginError) as caught:
        plugin.create(PROFILE, {"name": name, "params": {f"{name}/port": "canary': : x"}})
    assert f"param {name}/port violates its schema: (root): Invalid type. Expected: integer" in str(caught.value)
    assert "canary" not in str(caught.value)
    assert not admin.exists(f"profiles/{name}")
    with pytest.raises(PluginError, match="Must be greater than or equal to 10"):
        plugin.create(PROFILE, {"name": name, "params": {f"{name}/port": 1}})


@pytest.mark.parametrize("value", ["canary", 7, {"Key": "canary"}, {"Key": 7}, ["canary': x"]])
def test_a_secure_param_is_said_not_to_be_supported(plugin: Plugin, admin: AdminClient, name: str, value: Any) -> None:
    admin.post("params", {"Name": f"{name}/key", "Secure": True, "Schema": {"type": "string"}})
    sentence = f"param {name}/key is secure, and secure params are not supported yet: set it with drpcli"
    pack = {"meta": {}, "sections": {"profiles": {f"{name}-p": {"Params": {f"{name}/key": value}}}}}
    for model, inputs in (
        (PROFILE, {"name": name, "params": {f"{name}/key": value}}),
        ("machine_settings:MachineSettings", {"machine": "node-1", "params": {f"{name}/key": value}}),
        ("content_pack:ContentPack", {"name": name, "content": pack}),
    ):
        with pytest.raises(PluginError, match=sentence) as caught:
            plugin.create(model, inputs)
        assert "canary" not in str(caught.value)


@pytest.mark.parametrize("times", [1, 9])
def test_a_failing_endpoint_is_asked_again_and_named(plugin: Plugin, proxy: FaultProxy, name: str, times: int) -> None:
    proxy.answer("POST", 500, b"", "text/plain", times=times)
    if times == 1:
        assert plugin.create(PROFILE, {"name": name})[0] == name
        return
    with pytest.raises(PluginError, match="POST profiles returned 500 with text/plain, which is not DRP's"):
        plugin.create(PROFILE, {"name": name})


def test_the_next_run_repairs_what_a_dead_endpoint_left(
    shared_endpoint: EmulatedEndpoint, admin: AdminClient, name: str
) -> None:
    inputs = {"name": name, "owner": f"p/s/{name}", "params": {"my/x": 1}}
    with FaultProxy(shared_endpoint.url) as proxy, Plugin({"RS_ENDPOINT": proxy.url, "RS_KEY": KEY}) as plugin:
        plugin.create(PROFILE, {"name": f"{name}-before"})
        proxy.lose_reply("POST")
        proxy.lose_request("GET", times=99)
        with pytest.raises(PluginError, match=r"POST profiles was sent to .* but no response came back"):
            plugin.create(PROFILE, inputs)
    assert admin.exists(f"profiles/{name}")
    with Plugin({"RS_ENDPOINT": shared_endpoint.url, "RS_KEY": KEY}) as plugin:
        assert plugin.create(PROFILE, inputs)[1]["adopted"] is False


@pytest.mark.parametrize("model", [PROFILE, "param:Param", "assignment:MachineAssignment"])
def test_a_wrong_path_in_the_url_does_not_mean_gone(
    shared_endpoint: EmulatedEndpoint, admin: AdminClient, model: str
) -> None:
    token = str(admin.get("users/rocketskates/token")["Token"])
    environment = {"RS_ENDPOINT": f"{shared_endpoint.url}/ui", "RS_TOKEN": token}
    outputs = {"name": "web", "machine": "node-1", "profile": "web"}
    for act in ("read", "delete"):
        text = refusal(environment, methodcaller(act, model, "web/web", outputs))
        assert "which is not DRP's" in text


def test_an_endpoint_with_the_apis_path_is_understood(shared_endpoint: EmulatedEndpoint, name: str) -> None:
    with Plugin({"RS_ENDPOINT": f"{shared_endpoint.url}/api/v3/", "RS_KEY": KEY}) as plugin:
        assert plugin.create(PROFILE, {"name": name})[0] == name


@pytest.mark.parametrize("method", ["POST", "PATCH", "GET"])
def test_json_of_another_service_is_no_answer_of_drp(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str, method: str
) -> None:
    admin.post("profiles", {"Name": name})
    proxy.answer(method, 200, b'{"status": "ok"}', "application/json", times=9)
    acts: dict[str, Callable[[], Any]] = {
        "POST": lambda: plugin.create(PROFILE, {"name": f"{name}-new"}),
        "PATCH": lambda: plugin.update(PROFILE, name, {"name": name}, {"name": name, "description": "d"}),
        "GET": lambda: plugin.read(PROFILE, name, {"name": name}),
    }
    sentence = "JSON that is not the requested DRP object" if method == "GET" else "a success without the object"
    with pytest.raises(PluginError, match=f"returned {sentence}"):
        acts[method]()


def test_a_proxy_that_is_waiting_for_the_endpoint_is_asked_again(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    admin.post("profiles", {"Name": name})
    proxy.answer("GET", 503, b"<html>", "text/html")
    assert plugin.read(PROFILE, name, {"name": name})[0] == name


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"RS_TOKEN": "canary\n"}, "RS_TOKEN (drp:token) holds characters that HTTP cannot carry"),
        ({"RS_TOKEN": "canäry"}, "RS_TOKEN (drp:token) holds characters that HTTP cannot carry"),
        ({"RS_KEY": "canary"}, "RS_KEY (drp:key) is not of the form user:password"),
        (
            {"RS_ENDPOINT": "https://me:canary@127.0.0.1:1", "RS_KEY": KEY},
            "The DRP endpoint has a user name in its URL",
        ),
    ],
)
def test_malformed_credentials_are_named_and_not_printed(environment: dict[str, str], sentence: str) -> None:
    text = refusal({"RS_ENDPOINT": "http://127.0.0.1:1", **environment}, make)
    assert sentence in text
    assert "canary" not in text
    assert "canäry" not in text

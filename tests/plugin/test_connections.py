"""Wrong connections to the endpoint, each with its error."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from drp_emulator import EmulatedEndpoint
from tests.support.fault_proxy import FaultProxy
from tests.support.plugin import Plugin, PluginError

PROFILE = "profile:Profile"
KEY = "rocketskates:r0cketsk8ts"


@pytest.fixture(scope="module")
def tls_endpoint() -> Iterator[EmulatedEndpoint]:
    with EmulatedEndpoint(machines=1, tls=True) as running:
        yield running


def refusal(environment: dict[str, str]) -> str:
    with Plugin({"RS_KEY": KEY, **environment}) as plugin, pytest.raises(PluginError) as caught:
        plugin.create(PROFILE, {"name": "web"})
    text = str(caught.value).strip()
    assert "\n" not in text
    return text


class Speaker(BaseHTTPRequestHandler):
    """A server that responds to http on its https port as Go does."""

    def do_GET(self) -> None:
        body = b"Client sent an HTTP request to an HTTPS server.\n"
        self.send_response(400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Suppress the log."""


@pytest.fixture
def other_server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Speaker) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_http_to_an_https_port_is_named(tls_endpoint: EmulatedEndpoint) -> None:
    text = refusal({"RS_ENDPOINT": tls_endpoint.url.replace("https", "http")})
    assert "check RS_ENDPOINT (drp:endpoint), and write https:// if it speaks https" in text


def test_the_answer_of_a_go_server_to_http_is_understood(other_server: ThreadingHTTPServer) -> None:
    text = refusal({"RS_ENDPOINT": f"http://127.0.0.1:{other_server.server_port}"})
    assert "accepts only https: write https:// in RS_ENDPOINT (drp:endpoint)" in text


def test_https_to_an_http_port_is_named(proxy: FaultProxy) -> None:
    text = refusal({"RS_ENDPOINT": proxy.url.replace("http", "https")})
    assert "does not speak TLS as expected (wrong version number): check the URL, and write http://" in text


def test_a_certificate_for_other_names_is_named(other_server: ThreadingHTTPServer, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("drp.example.org").configure_cert(context)
    other_server.socket = context.wrap_socket(other_server.socket, server_side=True)
    url = f"https://127.0.0.1:{other_server.server_port}"
    text = refusal({"RS_ENDPOINT": url, "RS_CA_FILE": str(tmp_path / "ca.pem")})
    assert f"The certificate of the DRP endpoint {url} does not contain this host name" in text
    assert "RS_CA_FILE" not in text


def test_an_insecure_run_says_so_in_one_line(tls_endpoint: EmulatedEndpoint) -> None:
    environment = {"RS_ENDPOINT": tls_endpoint.url, "RS_KEY": KEY, "RS_INSECURE": "true"}
    with Plugin(environment) as plugin:
        for number in range(5):
            plugin.create(PROFILE, {"name": f"insecure-{number}"})
        said = plugin.stderr
    line = f"drp: the certificate of {tls_endpoint.url} is not checked, because RS_INSECURE (drp:insecure) is true\n"
    assert said.count(line) == 1
    assert "InsecureRequestWarning" not in said


def test_a_lost_connection_has_its_reason_without_brackets(plugin: Plugin, proxy: FaultProxy, name: str) -> None:
    plugin.create(PROFILE, {"name": name})
    proxy.lose_request("PATCH", times=99)
    with pytest.raises(PluginError, match=r"but no response came back \([A-Za-z ]+\): check the endpoint"):
        plugin.update(PROFILE, name, {"name": name}, {"name": name, "description": "d"})


def test_logged_lines_of_many_threads_stay_lines(proxy: FaultProxy) -> None:
    environment = {"RS_ENDPOINT": proxy.url, "RS_KEY": KEY, "DRP_LOG": "debug"}
    with Plugin(environment) as plugin:
        names = [f"logged-{number}" for number in range(24)]
        workers = [threading.Thread(target=plugin.create, args=(PROFILE, {"name": name})) for name in names]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        lines = [line for line in plugin.stderr.splitlines() if "drp: POST /profiles" in line]
    assert len(lines) == len(names)
    assert all(line.startswith("drp: POST /profiles 201 ") and line.endswith(" bytes") for line in lines)

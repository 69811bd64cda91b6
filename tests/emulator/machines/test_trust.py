"""The certificate of another endpoint is verified by the emulator, its agents and their drpcli."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from drp_emulator import EmulatedEndpoint, Emulator
from tests.emulator.machines.conftest import CLEAN, Drpcli
from tests.emulator.machines.harness import Harness
from tests.support.admin import AdminClient
from tests.support.stack import ROOT


@pytest.fixture(scope="module")
def other() -> Iterator[EmulatedEndpoint]:
    with EmulatedEndpoint(machines=2, tls=True) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def authority(other: EmulatedEndpoint) -> Path:
    """The certificate of the authority that has signed the endpoint's."""
    assert other.certificate is not None
    return other.certificate


def ended(*arguments: str) -> tuple[int, str]:
    """Run the command until it ends by itself; exit code and complaints."""
    command = [sys.executable, "-m", "drp_emulator", *arguments]
    done = subprocess.run(
        command, env={**CLEAN, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=120
    )
    return done.returncode, done.stderr


def test_a_certificate_that_is_not_trusted_is_refused(other: EmulatedEndpoint) -> None:
    reason = "self-signed certificate in certificate chain"
    expected = (
        f"The certificate of {other.url} is not trusted ({reason}): give the certificate of its authority with"
        " --ca-file, or accept any with --insecure.\n"
    )
    assert ended("--endpoint", other.url, "--machine", "node-1") == (1, expected)


def test_a_certificate_of_another_authority_is_refused(other: EmulatedEndpoint, tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    arguments = ("--endpoint", other.url, "--machine", "node-1", "--ca-file", str(tmp_path / "ca.pem"))
    code, complaint = ended(*arguments)
    assert code == 1
    assert complaint.startswith(f"The certificate of {other.url} is not trusted (self-signed certificate")


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_machines_trust_what_the_emulator_trusts(other: EmulatedEndpoint, authority: Path, drpcli: Drpcli) -> None:
    admin = AdminClient(other.url, verify=False)
    with Emulator(endpoint=other.url, names=["node-1"], ca_file=authority) as emulator:
        harness = Harness(emulator, admin)
        call = 'drpcli machines show "$RS_UUID" > /dev/null\n'
        refusal = 'DRP_EMULATOR_CA_FILE= drpcli machines show "$RS_UUID" && exit 1; true\n'
        harness.workflow(
            "trust", harness.task("trusting", f'export PATH="{drpcli.program.parent}:$PATH"\n{call}{refusal}')
        )
        harness.start("trust", "node-1")
        harness.wait_until_complete("node-1")
        assert harness.outcomes("node-1")[-1] == ("trusting", "finished", "complete")


def test_insecure_accepts_any_certificate_and_says_so(other: EmulatedEndpoint) -> None:
    command = [sys.executable, "-m", "drp_emulator", "--endpoint", other.url, "--machine", "node-2", "--insecure"]
    with subprocess.Popen(
        command, env={**CLEAN, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        others = [process.stdout.readline() for _ in range(2)]
        process.terminate()
    assert first == f"The certificate of {other.url} is not verified: --insecure accepts any.\n"
    assert any("1 simulated machine on DRP at" in line for line in others)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--records-only", "--fault", "x:die"], "--fault is about live machines: leave out --records-only"),
        (["--records-only", "--endpoint", "http://a:1"], "--endpoint is about live machines: leave out --records-only"),
        (["--records-only", "--verbose"], "--verbose is about live machines: leave out --records-only"),
        (["--machines", "0"], "live machines are at least 1: add --records-only for an endpoint alone"),
        (["--machine", "a"], "--machine is about another endpoint: add --endpoint"),
        (["--key", "a:b"], "--key is about another endpoint: add --endpoint"),
        (["--ca-file", "x"], "--ca-file is about another endpoint: add --endpoint"),
        (
            ["--endpoint", "http://a:1", "--insecure"],
            "--insecure is about certificates: give --endpoint an address with https://",
        ),
        (
            ["--endpoint", "http://a:1", "--store", "x"],
            "--store is about the emulator's own endpoint: leave out --endpoint",
        ),
        (
            ["--endpoint", "http://a:1", "--machine", "a", "--machines", "2"],
            "--machine names the machines: leave out --machines",
        ),
        (["--port", "70000"], "argument --port: '70000' is no port: give a number from 0 to 65535"),
        (["--machines", "x"], "argument --machines: 'x' is no number of machines: give a whole number"),
        (
            ["--machines", "9" * 5000],
            "argument --machines: so many machines cannot be made: give at most 5 digits",
        ),
        (["--endpoint", ""], "--endpoint is empty: give it a value, or leave it out"),
        (["--endpoint", "https://a:1", "--machine", ""], "--machine is empty: give it a value, or leave it out"),
        (["--endpoint", "http://a:1", "--key", "a:\udcff"], "--key is not UTF-8: give another value"),
        (["--endpoint", "http://a:1", "--machine", "\udcff"], "--machine is not UTF-8: give another value"),
    ],
)
def test_options_that_do_not_go_together_are_refused(arguments: list[str], complaint: str) -> None:
    code, printed = ended(*arguments)
    assert (code, printed.splitlines()[-1]) == (2, f"drp-emulator: error: {complaint}")


def test_a_port_of_thousands_of_digits_is_refused() -> None:
    code, printed = ended("--port", "9" * 5000)
    assert code == 2
    assert printed.splitlines()[-1].endswith("is no port: give a number from 0 to 65535")


def test_a_password_that_is_no_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CLEAN, "DRP_EMULATOR_PASSWORD", "\udcff")
    code, printed = ended("--records-only", "--port", "0")
    reason = "DRP_EMULATOR_PASSWORD is not UTF-8: set another password"
    assert (code, printed.splitlines()[-1]) == (2, f"drp-emulator: error: {reason}")


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_without_certificates_is_refused(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    reasons = {
        None: f"The file {file} cannot be read (No such file or directory): give another one.\n",
        "no certificate": f"The file {file} holds no certificate: give certificates in PEM form.\n",
    }
    assert ended("--endpoint", "https://127.0.0.1:1", "--ca-file", str(file)) == (1, reasons[content])

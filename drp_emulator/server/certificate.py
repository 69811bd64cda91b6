"""A certificate for the loopback addresses, issued by an authority that exists for this run only."""

from pathlib import Path

_NAMES = ("localhost", "127.0.0.1", "::1")


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate with its authority's, and its key; return the two files.

    The server sends both certificates, so that a client can fetch what it needs to verify the endpoint from there.

    Raises:
        RuntimeError: The package that makes certificates is not installed.
    """
    try:
        import trustme
    except ImportError:
        raise RuntimeError(
            "TLS needs the package trustme: install it with pip install 'drp-emulator[tls]', or leave --tls out."
        ) from None
    authority = trustme.CA(organization_name="drp-emulator")
    issued = authority.issue_cert(*_NAMES)
    chain = b"".join(part.bytes() for part in (*issued.cert_chain_pems, authority.cert_pem))
    return _write(folder / "server.crt", chain), _write(folder / "server.key", issued.private_key_pem.bytes())


def _write(file: Path, content: bytes) -> Path:
    file.touch(mode=0o600)
    file.write_bytes(content)
    return file

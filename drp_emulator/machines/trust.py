"""Which certificates of a foreign endpoint are trusted: those that the system trusts, or those of a file."""

import ssl
from pathlib import Path

from drp_emulator.client import http_client


def trust_in(endpoint: str, ca_file: str | Path | None) -> http_client.Trust | None:
    """Return how the certificate of an endpoint is verified; None for one without TLS.

    Raises:
        ValueError: The endpoint is no address, or the file holds no certificates.
    """
    host, _, secure = http_client.split_endpoint(endpoint)
    if ca_file is None:
        return http_client.Trust(host) if secure else None
    file = Path(ca_file).absolute()
    try:
        ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        raise ValueError(f"The file {ca_file} holds no certificate: give certificates in PEM form.") from None
    except OSError as error:
        raise ValueError(f"The file {ca_file} cannot be read ({error.strerror}): give another one.") from None
    return http_client.Trust(host, str(file)) if secure else None

"""Send bytes to an endpoint as an attacker or a broken client does, which no HTTP library would."""

import base64
import json
import socket
from urllib.parse import urlsplit

import requests

LOGIN = ("rocketskates", "r0cketsk8ts")
AUTHORIZATION = "Authorization: Basic " + base64.b64encode(":".join(LOGIN).encode()).decode()
HOST = "Host: 127.0.0.1"
JSON = "Content-Type: application/json"
PATIENCE = 60.0


def connect(url: str) -> socket.socket:
    """Open a connection that sends at once."""
    address = urlsplit(url)
    client = socket.create_connection((address.hostname, address.port or 0), timeout=PATIENCE)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def rest(client: socket.socket) -> bytes:
    """Return everything up to the end of the connection."""
    received = b""
    while more := client.recv(65536):
        received += more
    return received


def send(url: str, *head: str, body: bytes = b"", end: str = "\r\n\r\n") -> tuple[int, str]:
    """Send these lines and the end of the stream; return the first status, 0 without an answer, and the whole text."""
    with connect(url) as client:
        client.sendall("\r\n".join(head).encode("latin-1") + end.encode() + body)
        client.shutdown(socket.SHUT_WR)
        answer = rest(client).decode("latin-1")
    return int(answer.split(" ")[1]) if answer.startswith("HTTP/1.1 ") else 0, answer


def post(url: str, *headers: str, body: bytes | None = None, query: str = "") -> tuple[int, str]:
    """POST the profile `attack` with the operator's password; `Host` and the length only if `headers` have none."""
    content = json.dumps({"Name": "attack"}).encode() if body is None else body
    names = {header.partition(":")[0].casefold() for header in headers}
    more = [] if "host" in names else [HOST]
    if not names & {"content-length", "transfer-encoding"}:
        more.append(f"Content-Length: {len(content)}")
    return send(url, f"POST /api/v3/profiles{query} HTTP/1.1", AUTHORIZATION, *headers, *more, body=content)


def has(url: str, path: str) -> bool:
    """Return whether the endpoint has an object there."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(f"{url}/api/v3/{path}", auth=LOGIN, timeout=PATIENCE).status_code == 200

"""The thinnest client that can speak to an endpoint; it shares no code with the SDK."""

import uuid
from typing import Any, Self
from urllib.parse import quote

import requests

MEMBERS = ["Model", "Key", "Type", "Messages", "Code"]
SUPERUSER = "rocketskates:r0cketsk8ts"


class Client:
    """Sends requests and remembers what they created, to remove it again."""

    def __init__(self, url: str, *, key: str = SUPERUSER, token: str = "") -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = False
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"
        else:
            name, _, password = key.partition(":")
            self.session.auth = (name, password)
        self.modern = False
        self._made: list[str] = []

    def __enter__(self) -> Self:
        self.modern = not self.get("/info").json()["version"].startswith("v3")
        return self

    def __exit__(self, *_: object) -> None:
        # What is still used by something else goes in the next round.
        left = list(reversed(self._made))
        while left:
            used = [path for path in left if self.session.delete(path).status_code in (409, 422)]
            if len(used) == len(left):
                break
            left = used
        self.session.close()

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        answer = self.session.request(method, f"{self.url}/api/v3{path}", allow_redirects=False, timeout=30, **options)
        if method == "POST" and answer.status_code == 201 and path.count("/") == 1:
            self._remember(path, answer.json())
        return answer

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.send("POST", path, json=body)

    def put(self, path: str, body: Any) -> requests.Response:
        return self.send("PUT", path, json=body)

    def patch(self, path: str, *operations: Any) -> requests.Response:
        return self.send("PATCH", path, json=list(operations))

    def delete(self, path: str) -> requests.Response:
        return self.send("DELETE", path)

    def make(self, prefix: str, **members: Any) -> Any:
        """Create an object, under a fresh name unless one is given."""
        key = {"templates": "ID", "pools": "Id"}.get(prefix, "Name")
        answer = self.post(f"/{prefix}", {key: fresh_name(), **members})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def user(self, *claims: tuple[str, str, str]) -> "Client":
        """A client for a new user with exactly these claims: scope, action, specific."""
        spelled = [dict(zip(("scope", "action", "specific"), claim, strict=True)) for claim in claims]
        role = self.make("roles", Claims=spelled)["Name"]
        name = self.make("users", Roles=[role])["Name"]
        changed = self.put(f"/users/{name}/password", {"Password": "Secret1"})
        assert changed.status_code == 200, changed.text
        return Client(self.url, key=f"{name}:Secret1")

    def worded(self, key: str, message: str) -> str:
        """A validation message as this endpoint's dialect words it."""
        return f"{key}: {message}" if self.modern else message

    def _remember(self, path: str, created: Any) -> None:
        keys = {"/machines": "Uuid", "/jobs": "Uuid", "/templates": "ID", "/pools": "Id"}
        if isinstance(created, dict) and path.partition("?")[0] not in ("/prefs", "/contents"):
            key = created[keys.get(path, "Name")]
            quoted = quote(key, safe="")
            self._made.append(f"{self.url}/api/v3{path}/{quoted}")


def fresh_name() -> str:
    """A valid name that no other test uses."""
    return f"t{uuid.uuid4().hex[:12]}"


def fault(answer: requests.Response) -> dict[str, Any]:
    """The error document of an answer: exactly the five members, in their order."""
    document: dict[str, Any] = answer.json()
    assert list(document) == MEMBERS
    assert document["Code"] == answer.status_code
    return document

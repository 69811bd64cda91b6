"""Another client of the endpoint, which shares no code with the SDK."""

from typing import Any
from urllib.parse import quote

import requests

KEY = ("rocketskates", "r0cketsk8ts")


class AdminClient:
    """Reads and writes objects as a person with a shell, or a script on a machine, would."""

    def __init__(self, url: str, *, verify: bool = True) -> None:
        self.base = f"{url}/api/v3"
        self._verify = verify

    def send(self, method: str, path: str, body: Any = None) -> requests.Response:
        url = f"{self.base}/{quote(path, safe='/:')}"
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, url, json=body, auth=KEY, timeout=30, verify=self._verify)

    def get(self, path: str) -> Any:
        response = self.send("GET", path)
        assert response.status_code == 200, response.text
        return response.json()

    def exists(self, path: str) -> bool:
        return self.send("GET", path).status_code == 200

    def post(self, path: str, body: Any) -> Any:
        response = self.send("POST", path, body)
        assert response.status_code in (200, 201), response.text
        return response.json()

    def patch(self, path: str, *lines: dict[str, Any]) -> Any:
        response = self.send("PATCH", path, list(lines))
        assert response.status_code == 200, response.text
        return response.json()

    def put_text(self, path: str, text: str) -> None:
        """What an agent appends to a job's log."""
        headers = {"Content-Type": "application/octet-stream"}
        with requests.Session() as session:
            session.trust_env = False
            response = session.put(f"{self.base}/{path}", data=text.encode(), headers=headers, auth=KEY, timeout=30)
        assert response.status_code == 204, response.text

    def delete(self, path: str) -> None:
        response = self.send("DELETE", path)
        assert response.status_code == 200, response.text

    def params(self, profile: str) -> dict[str, Any]:
        return dict(self.get(f"profiles/{profile}")["Params"])

    def set_param(self, profile: str, key: str, value: Any) -> None:
        self.post(f"profiles/{profile}/params/{key}", value)

    def profiles_of(self, machine: str) -> list[str]:
        return list(self.get(f"machines/Name:{machine}")["Profiles"])

    def token_for(self, user: str, *claims: dict[str, str]) -> str:
        """A token of a user that may do just these things."""
        self.post("roles", {"Name": f"{user}-role", "Claims": list(claims)})
        self.post("users", {"Name": user, "Roles": [f"{user}-role"]})
        return str(self.get(f"users/{user}/token")["Token"])

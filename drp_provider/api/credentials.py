"""Who we are: a given token, or `user:password` exchanged once for a token.

Basic costs the endpoint a password hash at each request (about 40 ms on a real one), so it is used for the exchange
only (`GET /users/{name}/token`, DRP API section "Tokens").
"""

import threading
from base64 import b64encode
from collections.abc import Callable

TOKEN_SECONDS = 3600
"""How long an exchanged token lives; it is renewed once when the endpoint no longer takes it."""


class Credentials:
    """Gives the `Authorization` header, and a new one when the old one is worn out. Shared by all threads."""

    def __init__(self, token: str | None, key: str | None, exchange: Callable[[str, str], str]) -> None:
        self._token = token
        self._key = key
        self._exchange = exchange
        self._lock = threading.Lock()

    def header(self) -> str:
        """The header's value; logs in at the first call."""
        with self._lock:
            if self._token is None:
                self._token = self._log_in()
            return f"Bearer {self._token}"

    def renew(self, worn_out: str) -> bool:
        """Replace a header that was refused. False when there is nothing to replace it with."""
        if self._key is None:
            return False
        with self._lock:
            if f"Bearer {self._token}" == worn_out:
                self._token = self._log_in()
            return True

    def _log_in(self) -> str:
        user = (self._key or "").partition(":")[0]
        basic = b64encode((self._key or "").encode()).decode()
        return self._exchange(user, f"Basic {basic}")

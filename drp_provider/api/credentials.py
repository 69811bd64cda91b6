"""Credentials: a given token, or `user:password` exchanged once for a token.

Basic authentication costs the endpoint a password hash per request (about 40 ms on a real one), so only the exchange
uses it (`GET /users/{name}/token`, DRP API section "Tokens").
"""

import threading
from base64 import b64encode
from collections.abc import Callable

TOKEN_SECONDS = 3600
"""Lifetime of an exchanged token. It is renewed once if the endpoint no longer accepts it."""


class Credentials:
    """The `Authorization` header, renewed if the endpoint rejects its token. Shared by all threads."""

    def __init__(self, token: str | None, key: str | None, exchange: Callable[[str, str], str]) -> None:
        self._token = token
        self._key = key
        self._exchange = exchange
        self._lock = threading.Lock()

    def header(self) -> str:
        """Return the header's value; log in at the first call."""
        with self._lock:
            if self._token is None:
                self._token = self._log_in()
            return f"Bearer {self._token}"

    def renew(self, rejected: str) -> bool:
        """Replace a header that was rejected; return False if there is no key to log in with."""
        if self._key is None:
            return False
        with self._lock:
            if f"Bearer {self._token}" == rejected:
                self._token = self._log_in()
            return True

    def _log_in(self) -> str:
        user = (self._key or "").partition(":")[0]
        basic = b64encode((self._key or "").encode()).decode()
        return self._exchange(user, f"Basic {basic}")

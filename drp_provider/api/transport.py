"""Requests to one endpoint: sessions, time-outs, TLS, and what a silence means."""

import os
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests
from requests.adapters import BaseAdapter
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ConnectTimeout, RequestException, SSLError, Timeout
from urllib3.exceptions import MaxRetryError, NewConnectionError

from drp_provider.api.credentials import TOKEN_SECONDS, Credentials
from drp_provider.api.responses import document_of, fault_of, is_worn_out, not_an_object
from drp_provider.errors import CertificateNotTrusted, EndpointUnreachable, ReplyLost

READS = frozenset({"GET", "HEAD"})
PASSING = frozenset({502, 503, 504})
"""What a proxy says while the endpoint behind it starts."""
READ_ATTEMPTS = 3
READ_PAUSE = 0.2
"""Seconds before a read is tried again; doubled each time."""


class Transport:
    """Sends one request and gives the decoded answer. Safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None = None,
        key: str | None = None,
        verify: bool | str = True,
        timeout: float = 30.0,
        adapter: BaseAdapter | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._verify = verify
        self._timeout = timeout
        self._adapter = adapter
        self._local = threading.local()
        self._credentials = Credentials(token, key, self._exchange)

    def send(self, method: str, path: str, *, body: Any = None, query: Mapping[str, str] | None = None) -> Any:
        """The JSON answer of `method /api/v3/path`, or None for an answer without a body.

        Raises:
            ApiError: the endpoint answered no.
            EndpointUnreachable: nothing was sent.
            ReplyLost: a write was sent and no answer came.
            UnexpectedAnswer: the answer is not DRP's.
        """
        return document_of(self._answer(method, path, body, query), method, path)

    def text(self, path: str) -> str:
        """The text of `GET /api/v3/path`, for the few routes that do not speak JSON; raises as `send` does."""
        return self._answer("GET", path, None, None).text

    def _answer(self, method: str, path: str, body: Any, query: Mapping[str, str] | None) -> requests.Response:
        header = self._credentials.header()
        response = self._exchange_once(method, path, header, body, query)
        if is_worn_out(response) and self._credentials.renew(header):
            response = self._exchange_once(method, path, self._credentials.header(), body, query)
        fault = fault_of(response, method, path)
        if fault is not None:
            raise fault
        return response

    def _exchange(self, user: str, basic: str) -> str:
        path = f"users/{quote(user, safe='')}/token"
        response = self._exchange_once("GET", path, basic, None, {"ttl": str(TOKEN_SECONDS)})
        fault = fault_of(response, "GET", path)
        if fault is not None:
            raise fault
        answer = document_of(response, "GET", path)
        if not isinstance(answer, dict) or not isinstance(answer.get("Token"), str):
            raise not_an_object(f"GET {path}")
        return str(answer["Token"])

    def _exchange_once(
        self, method: str, path: str, header: str, body: Any, query: Mapping[str, str] | None
    ) -> requests.Response:
        """One request; a read is repeated on silence, a write never: whether it landed must be looked up."""
        for attempt in range(READ_ATTEMPTS):
            last = attempt == READ_ATTEMPTS - 1
            try:
                response = self._request(method, path, header, body, query)
                if last or method not in READS or response.status_code not in PASSING:
                    return response
            except SSLError as error:
                raise self._untrusted(error) from None
            except RequestException as error:
                if method not in READS and not _never_left(error):
                    raise self._lost(method, path, error) from None
                if method not in READS or last:
                    raise self._unreachable(error) from None
            time.sleep(READ_PAUSE * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    def _request(
        self, method: str, path: str, header: str, body: Any, query: Mapping[str, str] | None
    ) -> requests.Response:
        started = time.perf_counter()
        response = self._session.request(
            method,
            f"{self.base_url}/api/v3/{path}",
            json=body,
            params=query,
            headers={"Authorization": header},
            timeout=self._timeout,
            verify=self._verify,
            allow_redirects=False,
        )
        _log(method, path, response, time.perf_counter() - started)
        return response

    @property
    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False  # ~/.netrc would replace our Authorization header, and the CA file of RS_*
            session.headers["Accept"] = "application/json"
            if self._adapter is not None:
                session.mount(self.base_url, self._adapter)
            self._local.session = session
        return session

    def _untrusted(self, error: Exception) -> EndpointUnreachable:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return CertificateNotTrusted(
                f"The certificate of the DRP endpoint {self.base_url} is not trusted: name it, or its authority, in "
                "RS_CA_FILE (drp:caFile), or set RS_INSECURE=true to accept any."
            )
        return EndpointUnreachable(
            f"The DRP endpoint {self.base_url} does not speak TLS as expected ({type(error).__name__}): check the URL."
        )

    def _unreachable(self, error: Exception) -> EndpointUnreachable:
        return EndpointUnreachable(
            f"The DRP endpoint {self.base_url} cannot be reached ({_reason(error)}): check RS_ENDPOINT "
            "(drp:endpoint), the network, and that the server is up."
        )

    def _lost(self, method: str, path: str, error: Exception) -> ReplyLost:
        return ReplyLost(
            f"{method} {path} was sent to {self.base_url} and no answer came back ({_reason(error)}): "
            "check the endpoint, then run the program again, which looks first whether it has landed."
        )


def _never_left(error: RequestException) -> bool:
    """Whether the connection was never made, so that nothing can have landed."""
    if isinstance(error, ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _reason(error: Exception) -> str:
    """The cause in a few words; of a connection only, since other errors quote what was sent."""
    if not isinstance(error, (RequestsConnectionError, Timeout)):
        return type(error).__name__
    cause = error.args[0] if error.args else error
    cause = cause.reason if isinstance(cause, MaxRetryError) and cause.reason else cause
    text = str(cause).rpartition(": ")[2].strip("')")
    return text if text and "\n" not in text else type(error).__name__


def _log(method: str, path: str, response: requests.Response, seconds: float) -> None:
    """One line a request with `DRP_LOG=debug`: no values, no query (it may hold a filter's value)."""
    if os.environ.get("DRP_LOG") == "debug":
        line = f"drp: {method} /{path} {response.status_code} {seconds * 1000:.1f} ms {len(response.content)} bytes"
        print(line, file=sys.stderr)  # noqa: T201 - Pulumi shows a provider's stderr; it has no other log

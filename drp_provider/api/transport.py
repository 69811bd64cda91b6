"""Requests to one endpoint: sessions, time-outs, TLS, and what a silence means."""

import os
import re
import sys
import threading
import time
from collections.abc import Mapping
from http.client import HTTPException, RemoteDisconnected
from typing import Any
from urllib.parse import quote

import requests
import urllib3
from requests.adapters import BaseAdapter
from requests.exceptions import ConnectTimeout, RequestException, SSLError, Timeout
from urllib3.exceptions import HTTPError, InsecureRequestWarning, MaxRetryError, NewConnectionError

from drp_provider.api.credentials import TOKEN_SECONDS, Credentials
from drp_provider.api.responses import (
    READS,
    document_of,
    fault_of,
    is_worn_out,
    not_an_object,
    retry_after_of,
    unknown_outcome,
)
from drp_provider.errors import ApiError, CertificateNotTrusted, EndpointUnreachable, OutcomeUnknown, UnexpectedAnswer

PASSING = frozenset({429, 502, 503, 504})
"""What a proxy says while the endpoint behind it starts, or while it limits the rate."""
READ_ATTEMPTS = 3
READ_PAUSE = 0.2
"""Seconds before a read is tried again; doubled each time."""
LONGEST_RETRY_AFTER = 20.0
"""Seconds that `Retry-After` may make a read wait."""
_WRONG_HOST = ("Hostname mismatch", "IP address mismatch", "doesn't match")
_DEEPEST = 8
"""Errors inside errors that are looked through for a cause."""
_WANTS_TLS = "HTTP request to an HTTPS server"


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
        if verify is False and self.base_url.startswith("https:"):
            _accept_any_certificate(self.base_url)

    def send(self, method: str, path: str, *, body: Any = None, query: Mapping[str, str] | None = None) -> Any:
        """The JSON answer of `method /api/v3/path`, or None for an answer without a body.

        Raises:
            ApiError: the endpoint answered no.
            EndpointUnreachable: nothing was sent.
            OutcomeUnknown: a write was sent, and its answer is neither a readable success nor a refusal of DRP's.
            UnexpectedAnswer: the answer to a read is not DRP's.
        """
        try:
            return document_of(self._answer(method, path, body, query), method, path)
        except (OutcomeUnknown, UnexpectedAnswer):
            self.forget_connections()
            raise

    def text(self, path: str) -> str:
        """The text of `GET /api/v3/path`, for the few routes that do not speak JSON; raises as `send` does."""
        return self._answer("GET", path, None, None).text

    def _answer(self, method: str, path: str, body: Any, query: Mapping[str, str] | None) -> requests.Response:
        header = self._credentials.header()
        response = self._exchange_once(method, path, header, body, query)
        repeats_write = False
        if is_worn_out(response) and self._credentials.renew(header):
            repeats_write = method not in READS and response.status_code == requests.codes.unauthorized
            response = self._exchange_once(method, path, self._credentials.header(), body, query)
        fault = fault_of(response, method, path)
        if repeats_write and isinstance(fault, ApiError):
            # A 401 has no body that tells DRP's from a gateway's: the first of the two may have landed.
            raise unknown_outcome(f"{method} {path}", f"with 401, and with {fault.code} when it was sent again")
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
        """Send one request; repeat a read that was not answered, and never a write: it may have landed."""
        for attempt in range(READ_ATTEMPTS):
            last = attempt == READ_ATTEMPTS - 1
            pause = READ_PAUSE * 2**attempt
            try:
                response = self._request(method, path, header, body, query)
                if response.status_code not in PASSING:
                    return response
                self.forget_connections()
                if last or method not in READS:
                    return response
                pause = max(pause, min(retry_after_of(response) or 0.0, LONGEST_RETRY_AFTER))
            except SSLError as error:
                raise self._untrusted(error) from None
            except RequestException as error:
                self.forget_connections()
                if method not in READS and not _never_left(error):
                    raise self._lost(method, path, error) from None
                if method not in READS or last:
                    raise self._unreachable(error) from None
            time.sleep(pause)
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
        if response.status_code == requests.codes.bad_request and _WANTS_TLS in response.text:
            raise EndpointUnreachable(
                f"The DRP endpoint {self.base_url} speaks https only: write https:// in RS_ENDPOINT (drp:endpoint)."
            )
        return response

    def forget_connections(self) -> None:
        """Close this thread's connections: the next request goes over a fresh one.

        A gateway that has spoilt one answer may spoil every later one on the same connection.
        """
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is not None and self._adapter is None:
            session.close()

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
        text = str(error)
        if any(words in text for words in _WRONG_HOST):
            return CertificateNotTrusted(
                f"The certificate of the DRP endpoint {self.base_url} names other hosts than this one: write one of "
                "its names in RS_ENDPOINT (drp:endpoint), or give the endpoint a certificate that names this host."
            )
        if "CERTIFICATE_VERIFY_FAILED" in text:
            return CertificateNotTrusted(
                f"The certificate of the DRP endpoint {self.base_url} is not trusted: name it, or its authority, in "
                "RS_CA_FILE (drp:caFile), or set RS_INSECURE=true to accept any."
            )
        return EndpointUnreachable(
            f"The DRP endpoint {self.base_url} does not speak TLS as expected ({_reason(error)}): check the URL, and "
            "write http:// if it speaks http."
        )

    def _unreachable(self, error: Exception) -> EndpointUnreachable:
        cut_off = isinstance(error, RequestException) and not _never_left(error)
        scheme = ", and write https:// if it speaks https" if cut_off and self.base_url.startswith("http:") else ""
        return EndpointUnreachable(
            f"The DRP endpoint {self.base_url} cannot be reached ({_reason(error)}): check RS_ENDPOINT "
            f"(drp:endpoint){scheme}, the network, and that the server is up."
        )

    def _lost(self, method: str, path: str, error: Exception) -> OutcomeUnknown:
        return OutcomeUnknown(
            f"{method} {path} was sent to {self.base_url} and no answer came back ({_reason(error)}): "
            "check the endpoint, then run the program again, which looks first whether it has landed."
        )


def _accept_any_certificate(base_url: str) -> None:
    """Say once that certificates are not checked; urllib3 would say it at each connection."""
    urllib3.disable_warnings(InsecureRequestWarning)
    sys.stderr.write(f"drp: the certificate of {base_url} is not checked, since RS_INSECURE (drp:insecure) is true\n")


def _never_left(error: RequestException) -> bool:
    """Return whether the connection was never made, so that nothing can have landed."""
    if isinstance(error, ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _reason(error: BaseException) -> str:
    """Return the cause in a few words, taken from the innermost error; never of what was sent or answered."""
    if isinstance(error, Timeout):
        return "time-out"
    inner = error
    for _ in range(_DEEPEST):
        deeper = [getattr(inner, "reason", None), *reversed(inner.args), inner.__cause__]
        found = next((cause for cause in deeper if isinstance(cause, BaseException)), None)
        if found is None:
            break
        inner = found
    if isinstance(inner, OSError) and inner.strerror:
        return re.sub(r"^\[.*?\] | \(_ssl\.c:\d+\)$", "", inner.strerror)
    if isinstance(inner, RemoteDisconnected):
        return "the connection was closed without an answer"
    return "the answer was cut off" if isinstance(inner, HTTPException | HTTPError) else type(inner).__name__


def _log(method: str, path: str, response: requests.Response, seconds: float) -> None:
    """Write one line a request with `DRP_LOG=debug`: no values, no query (it may hold a filter's value)."""
    if os.environ.get("DRP_LOG") == "debug":
        # One write a line: print() writes the line's end apart, and the lines of several threads run together.
        line = f"drp: {method} /{path} {response.status_code} {seconds * 1000:.1f} ms {len(response.content)} bytes\n"
        sys.stderr.write(line)
        sys.stderr.flush()

"""Requests to one endpoint: sessions, timeouts, TLS, and lost responses."""

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
    error_of,
    not_an_object,
    rejects_token,
    retry_after_of,
    unknown_outcome,
)
from drp_provider.errors import ApiError, CertificateNotTrusted, EndpointUnreachable, OutcomeUnknown, UnexpectedAnswer

TRANSIENT = frozenset({429, 502, 503, 504})
"""Statuses of a proxy that limits the rate, or whose endpoint is starting."""
READ_ATTEMPTS = 3
READ_PAUSE = 0.2
"""Seconds before a read is repeated; doubled each time."""
LONGEST_RETRY_AFTER = 20.0
"""Seconds that `Retry-After` may make a read wait."""
_WRONG_HOST = ("Hostname mismatch", "IP address mismatch", "doesn't match")
_MAX_DEPTH = 8
"""Levels of nested errors that are searched for the cause."""
_WANTS_TLS = "HTTP request to an HTTPS server"


class Transport:
    """A connection to one endpoint that sends requests and decodes responses. Threads may share it."""

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
        """Send `method /api/v3/path`; return the JSON of the response, or None if it has no body.

        Raises:
            ApiError: the endpoint rejected the request.
            EndpointUnreachable: nothing was sent.
            OutcomeUnknown: a write was sent, and its response is neither a readable success nor an error of DRP's.
            UnexpectedAnswer: the response to a read is not DRP's.
        """
        try:
            return document_of(self._respond(method, path, body, query), method, path)
        except (OutcomeUnknown, UnexpectedAnswer):
            self.close_connections()
            raise

    def text(self, path: str) -> str:
        """Return the text of `GET /api/v3/path`, for the few routes without JSON; raise the errors of `send`."""
        return self._respond("GET", path, None, None).text

    def _respond(self, method: str, path: str, body: Any, query: Mapping[str, str] | None) -> requests.Response:
        header = self._credentials.header()
        response = self._exchange_once(method, path, header, body, query)
        repeats_write = False
        if rejects_token(response) and self._credentials.renew(header):
            repeats_write = method not in READS and response.status_code == requests.codes.unauthorized
            response = self._exchange_once(method, path, self._credentials.header(), body, query)
        error = error_of(response, method, path)
        if repeats_write and isinstance(error, ApiError):
            # A 401 has no body, so it may be a gateway's: the first of the two writes may have been applied.
            raise unknown_outcome(f"{method} {path}", f"401, and {error.code} when it was repeated")
        if error is not None:
            raise error
        return response

    def _exchange(self, user: str, basic: str) -> str:
        path = f"users/{quote(user, safe='')}/token"
        response = self._exchange_once("GET", path, basic, None, {"ttl": str(TOKEN_SECONDS)})
        error = error_of(response, "GET", path)
        if error is not None:
            raise error
        document = document_of(response, "GET", path)
        if not isinstance(document, dict) or not isinstance(document.get("Token"), str):
            raise not_an_object(f"GET {path}")
        return str(document["Token"])

    def _exchange_once(
        self, method: str, path: str, header: str, body: Any, query: Mapping[str, str] | None
    ) -> requests.Response:
        """Send one request; repeat a read without a response, but never a write, which may have been applied."""
        for attempt in range(READ_ATTEMPTS):
            last = attempt == READ_ATTEMPTS - 1
            pause = READ_PAUSE * 2**attempt
            try:
                response = self._request(method, path, header, body, query)
                if response.status_code not in TRANSIENT:
                    return response
                self.close_connections()
                if last or method not in READS:
                    return response
                pause = max(pause, min(retry_after_of(response) or 0.0, LONGEST_RETRY_AFTER))
            except SSLError as error:
                raise self._untrusted(error) from None
            except RequestException as error:
                self.close_connections()
                if method not in READS and not _was_not_sent(error):
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
                f"The DRP endpoint {self.base_url} accepts only https: write https:// in RS_ENDPOINT (drp:endpoint)."
            )
        return response

    def close_connections(self) -> None:
        """Close this thread's connections, so that the next request opens a new one.

        A gateway that has corrupted one response may corrupt every later one on the same connection.
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
                f"The certificate of the DRP endpoint {self.base_url} does not contain this host name: write one of "
                "its names in RS_ENDPOINT (drp:endpoint), or give the endpoint a certificate for this host name."
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
        cut_off = isinstance(error, RequestException) and not _was_not_sent(error)
        scheme = ", and write https:// if it speaks https" if cut_off and self.base_url.startswith("http:") else ""
        return EndpointUnreachable(
            f"The DRP endpoint {self.base_url} cannot be reached ({_reason(error)}): check RS_ENDPOINT "
            f"(drp:endpoint){scheme}, the network, and that the endpoint is running."
        )

    def _lost(self, method: str, path: str, error: Exception) -> OutcomeUnknown:
        return OutcomeUnknown(
            f"{method} {path} was sent to {self.base_url}, but no response came back ({_reason(error)}): "
            "check the endpoint, then run the program again: it first checks whether the request was applied."
        )


def _accept_any_certificate(base_url: str) -> None:
    """Warn once that certificates are not checked; urllib3 would warn at each connection."""
    urllib3.disable_warnings(InsecureRequestWarning)
    sys.stderr.write(f"drp: the certificate of {base_url} is not checked, because RS_INSECURE (drp:insecure) is true\n")


def _was_not_sent(error: RequestException) -> bool:
    """Return whether the connection was never made, so that no request can have arrived."""
    if isinstance(error, ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _reason(error: BaseException) -> str:
    """Return the cause in a few words, from the innermost error; it never quotes a request or a response."""
    if isinstance(error, Timeout):
        return "timeout"
    inner = error
    for _ in range(_MAX_DEPTH):
        deeper = [getattr(inner, "reason", None), *reversed(inner.args), inner.__cause__]
        found = next((cause for cause in deeper if isinstance(cause, BaseException)), None)
        if found is None:
            break
        inner = found
    if isinstance(inner, OSError) and inner.strerror:
        return re.sub(r"^\[.*?\] | \(_ssl\.c:\d+\)$", "", inner.strerror)
    if isinstance(inner, RemoteDisconnected):
        return "the connection was closed without a response"
    return "the response was cut off" if isinstance(inner, HTTPException | HTTPError) else type(inner).__name__


def _log(method: str, path: str, response: requests.Response, seconds: float) -> None:
    """Write a line per request if `DRP_LOG=debug`, without values and without the query, which may hold one."""
    if os.environ.get("DRP_LOG") == "debug":
        # One write per line: print() writes the newline separately, so lines of several threads could mix.
        line = f"drp: {method} /{path} {response.status_code} {seconds * 1000:.1f} ms {len(response.content)} bytes\n"
        sys.stderr.write(line)
        sys.stderr.flush()

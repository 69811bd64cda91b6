"""Refuse requests that a web page of another origin makes a browser send.

A page that the developer visits runs in a browser on the same computer, so listening on loopback does not keep it out.
Content of the endpoint runs as scripts, so a request of such a page could run any command.
"""

from collections.abc import Mapping

from drp_emulator.wire.error_replies import ErrorReply

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
# What a browser says of a request that no page of another origin has caused.
_OWN_SITE = frozenset({"", "same-origin", "none"})


def check(environ: Mapping[str, str]) -> None:
    """Refuse a request with a foreign Host or from a foreign origin.

    Raises:
        ErrorReply: 403 that names the header.
    """
    authority = environ.get("HTTP_HOST", "").casefold()
    if _host(authority) not in _LOOPBACK and not _is_agent(environ):
        # A name that an attacker's DNS resolves to 127.0.0.1 makes the browser take the endpoint for the attacker's.
        raise _refused("The Host of the request is no loopback name: use 127.0.0.1, localhost or [::1].")
    origin = environ.get("HTTP_ORIGIN", "").casefold()
    if origin and origin not in (f"http://{authority}", f"https://{authority}"):
        raise _refused(
            "The Origin of the request is another web page: use the endpoint's own dashboard, or no browser."
        )
    # A page can also cause requests without Origin, such as an image's. They read, but some reads make tokens or keys.
    if not _is_dashboard(environ.get("PATH_INFO", "")) and environ.get("HTTP_SEC_FETCH_SITE", "") not in _OWN_SITE:
        raise _refused("Another web page caused the request: use the endpoint's own dashboard, or no browser.")


def _is_dashboard(path: str) -> bool:
    """Return whether the path is the dashboard's, to which another page may link: its files are the same for all."""
    return path == "/" or path.startswith("/dashboard/")


def _is_agent(environ: Mapping[str, str]) -> bool:
    """Return whether RackN's agent passes on a script's request from its socket, with the Host `unix` and a token.

    A page under the name `unix` has no token, and gets none: without one it is refused.
    """
    has_token = environ.get("HTTP_AUTHORIZATION", "").casefold().startswith("bearer ")
    return environ.get("HTTP_HOST") == "unix" and has_token and "HTTP_ORIGIN" not in environ


def _host(authority: str) -> str:
    host, colon, port = authority.rpartition(":")
    return host if colon and (port.isascii() and port.isdigit()) else authority


def _refused(message: str) -> ErrorReply:
    return ErrorReply(403, "AUTH", message)

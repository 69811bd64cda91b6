"""The dashboard at `/`: files for a browser, which then uses the API as any other client does.

The files contain no data of the endpoint, so they need no log-in. Everything they show comes from requests with the
user's credentials.
"""

from collections.abc import Mapping
from functools import cache

from werkzeug.wrappers import Request, Response

_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
# Only these files run or are shown, whatever the names and values of objects are.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def file_for(request: Request) -> Response | None:
    """Return the file that a request asks for; None if it asks for something else."""
    if request.method not in ("GET", "HEAD"):
        return None
    content = _files().get(request.path)
    if content is None:
        return None
    ending = "html" if request.path == "/" else request.path.rpartition(".")[2]
    response = Response(content, content_type=_TYPES[ending], headers=_HEADERS)
    response.add_etag()
    response.make_conditional(request)
    response.headers.remove("Date")  # the server sends it
    return response


@cache
def _files() -> Mapping[str, bytes]:
    """Return every file by its address, read at the first use of the dashboard."""
    from importlib.resources import files

    folder = files(__name__).joinpath("static")
    found = {f"/dashboard/{file.name}": file.read_bytes() for file in folder.iterdir()}
    return {"/": found.pop("/dashboard/index.html"), **found}

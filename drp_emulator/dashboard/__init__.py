"""The page at `/`: files for a browser, which then asks the API as any other client does.

The files hold none of the endpoint's data, so they need no log-in; everything they show comes from
requests with the credentials of whoever watches.
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
# Only files from here run or are shown, whatever names and values the endpoint's objects have.
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


def part(request: Request) -> Response | None:
    """The file of the page that a request asks for; None for anything else."""
    if request.method not in ("GET", "HEAD"):
        return None
    content = _files().get(request.path)
    if content is None:
        return None
    ending = "html" if request.path == "/" else request.path.rpartition(".")[2]
    response = Response(content, content_type=_TYPES[ending], headers=_HEADERS)
    response.add_etag()
    response.make_conditional(request)
    response.headers.remove("Date")  # the connection says it
    return response


@cache
def _files() -> Mapping[str, bytes]:
    """Every file by its address, read when somebody first opens the page."""
    from importlib.resources import files

    folder = files(__name__).joinpath("static")
    found = {f"/page/{file.name}": file.read_bytes() for file in folder.iterdir()}
    return {"/": found.pop("/page/index.html"), **found}

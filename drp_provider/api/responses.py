"""Convert a response to a document or an error. Only this module interprets HTTP statuses.

The endpoint's own messages stay in the error's `messages` and out of its text, because the response to a failed `test`
holds a dump of the parent object. A part of a message is shown only if a pattern below proves that it holds no value.
"""

import re
from typing import Any
from urllib.parse import quote

import requests

from drp_provider.errors import (
    ApiError,
    Duplicate,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    PatchRejected,
    Refused,
    ServerFault,
    Unauthorized,
    UnexpectedAnswer,
    Unprocessable,
)

READS = frozenset({"GET", "HEAD"})
FIRST_SERVER_ERROR = 500
_FIRST_SUCCESS, _FIRST_REDIRECT = 200, 300
_HEAD_STATUSES = frozenset({401, 403, 404})
"""DRP's statuses for a HEAD request beside 200. Without a body, only the status shows whether DRP sent the response."""
_CHECK_URL = "check that RS_ENDPOINT (drp:endpoint) names the DRP API itself and no proxy or portal"
_CHECK_AND_RERUN = f"{_CHECK_URL}, then run the program again: it checks first"
_MEMBERS = {"Model", "Key", "Type", "Messages", "Code"}
_TOKEN_REFUSED = ("Invalid Token", "Validation failed")
_REQUIRES = re.compile(r"Requires: (\S+) (\S+) ?(.*)")
_LOCATION = re.compile(r"Unable to load (\w+): |([a-z_]+/[\w./ -]+): ")
"""The position of an error in a content pack."""
_BAD_VALUE = re.compile(r"Key '([^']+)': invalid val '")
_VALUE_END = "': "
_SECURE = re.compile(
    r"Go (value of type models\.SecureData|struct field SecureData\.\w+ of type \S+)$|SecureData corrupted$"
    r"|(Key|Nonce) must be \d+ bytes long$|illegal base64 data at input byte \d+$"
)
"""DRP's reasons for a value that is not sealed, if the definition of the param has `Secure`."""
_BAD_DEFAULT = "Error in default value"
_SCHEMA_REASON = re.compile(
    r"(?P<field>[\w.()-]+): (?P<reason>Invalid type\. Expected: \w+, given: \w+"
    r"|[\w.-]+ is required|Additional property [\w.-]+ is not allowed"
    r"|Must be [a-z ]+ -?[\d.e+]+|String length must be [a-z ]+ \d+|Array must have [a-z ]+ \d+ items"
    r"|array items must be unique|Does not match format '[\w-]+'|Must validate at least one schema \(anyOf\)"
    r"|Must validate one and only one schema \(oneOf\)|Must validate all the schemas \(allOf\)"
    r"|\S+ must be one of the following: .*|Does not match pattern '.*')\s*$",
    re.MULTILINE,
)
_HARMLESS = re.compile(
    r"(Profile|Stage|Workflow|Task|Bootenv|BootEnv|Template|Section) [\w .-]+?( \(at \d+\))? does not exist"
    r"|Invalid (Param )?Name `[^`]*`|Empty key not allowed|Locked|Not Found|already exists|No route"
    r"|Content [\w .-]+? requires (content )?[\w.-]+(( [<>=\d.]+)*, (which is not present|and [\w.+-]+ is present))?"
    r"|cannot unmarshal \w+ into Go (struct field [\w.]+|value) of type [\w.\[\]]+|[\w.-]+ stands under the key [\w.-]+"
    r"|Error parsing inline templates: template: [\w./ -]*:\d+: (bad character U\+[0-9A-F]{4}( '.')?"
    r"|function \"\w+\" not defined|undefined variable \"\$\w*\"|unclosed action|unexpected EOF|unterminated [\w ]+)"
    r"|has a primitive type that is NOT VALID -- given: /\w+/ .*|[\w ]+ is the global profile, you cannot delete it"
)


def rejects_token(response: requests.Response) -> bool:
    """Return whether the endpoint rejected the token: 401, or the 403 that DRP sends for an expired or revoked one."""
    if response.status_code == requests.codes.unauthorized:
        return True
    return response.status_code == requests.codes.forbidden and _names_token(_error_members(response))


def document_of(response: requests.Response, method: str, path: str) -> Any:
    """Return the JSON of a successful response; None if it has no body.

    Raises:
        OutcomeUnknown: the response to a write is not JSON.
        UnexpectedAnswer: the response to a read is not JSON.
    """
    if not response.content:
        return None
    try:
        return _json(response)
    except ValueError:
        raise _not_drp(response, method, path) from None


def error_of(
    response: requests.Response, method: str, path: str
) -> ApiError | UnexpectedAnswer | OutcomeUnknown | None:
    """Return the error that a response means, or None for a success.

    DRP's own errors have five members, except its 401, which has no body. Any other failure of a write comes from
    a proxy, which may have forwarded the write.
    """
    if _FIRST_SUCCESS <= response.status_code < _FIRST_REDIRECT:
        return None
    members = _error_members(response)
    is_write = method not in READS
    if is_write and members is None and response.status_code != requests.codes.unauthorized:
        return _not_drp(response, method, path)
    is_foreign = response.status_code not in _HEAD_STATUSES if method == "HEAD" else _is_foreign(response, members)
    if response.status_code < FIRST_SERVER_ERROR and is_foreign:
        return _not_drp(response, method, path)
    members = members or {}
    messages = [str(message) for message in _list(members.get("Messages"))]
    kind = _kind(response.status_code, str(members.get("Type", "")))
    return kind(
        _text(kind, response.status_code, f"{method} {path}", messages, members),
        code=response.status_code,
        model=str(members.get("Model", "")),
        key=str(members.get("Key", "")),
        type_=str(members.get("Type", "")),
        messages=messages,
    )


def retry_after_of(response: requests.Response) -> float | None:
    """Return the seconds that `Retry-After` asks for (RFC 9110, section 10.2.3), or None if it is absent or a date."""
    text = response.headers.get("Retry-After", "").strip()
    return float(text) if text.isascii() and text.isdigit() else None


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except RecursionError:
        raise ValueError("too deep") from None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_foreign(response: requests.Response, members: dict[str, Any] | None) -> bool:
    """Return whether the response cannot be DRP's, whose errors have five members (a 401 has no body)."""
    if members is None:
        return bool(response.content) or response.is_redirect or response.status_code == requests.codes.not_found
    return "No route" in _list(members.get("Messages"))


def _error_members(response: requests.Response) -> dict[str, Any] | None:
    try:
        members = _json(response)
    except ValueError:
        return None
    return members if isinstance(members, dict) and members.keys() >= _MEMBERS else None


def _names_token(members: dict[str, Any] | None) -> bool:
    messages = _list((members or {}).get("Messages")) or [""]
    return str(messages[0]).startswith(_TOKEN_REFUSED)


def _kind(status: int, type_: str) -> type[ApiError]:
    if status == requests.codes.conflict:
        return {"PATCH": PatchRejected, "CREATE": Duplicate}.get(type_, Unprocessable)
    kinds = {401: Unauthorized, 403: Forbidden, 404: NotFound, 422: Unprocessable}
    return kinds.get(status, ServerFault if status >= FIRST_SERVER_ERROR else Refused)


def _text(kind: type[ApiError], status: int, request: str, messages: list[str], members: dict[str, Any]) -> str:
    subject = "/".join(filter(None, (str(members.get("Model", "")), str(members.get("Key", ""))))) or request
    if kind is Unauthorized or _names_token(members):
        return (
            f"{request} was refused ({status}): the token is wrong, expired or revoked; set a new RS_TOKEN or RS_KEY."
        )
    if kind is Forbidden:
        return _forbidden(request, messages)
    if kind is NotFound:
        return f"{subject} is not on the endpoint, or the credentials have no right to see it: check both."
    if kind is Refused and len(messages) == 1 and request.endswith(f"/{quote(messages[0], safe=':')}"):
        # For an object that a content pack contains, DRP's message is the key alone.
        return f"{request} was refused ({status}): the object is a content pack's and read-only; change the pack."
    reasons = "; ".join(reasons_of(messages))
    if kind is ServerFault and not reasons:
        return f"{request} failed on the endpoint ({status}): read the endpoint's log, then run the program again."
    reasons = reasons or f"the endpoint gave a reason that may hold others' values, {status}"
    return f"{subject} was refused ({reasons}): correct the program and run it again."


def _forbidden(request: str, messages: list[str]) -> str:
    for message in messages:
        wanted = _REQUIRES.match(message)
        if wanted:
            scope, action, key = wanted.groups()
            claim = f"{action} on {scope} {key}".strip()
            return (
                f"{request} was refused (403): the credentials lack the right to {claim}; use others or add the claim."
            )
    if any(message.endswith("Locked") for message in messages):
        return f"{request} was refused (403): the object is locked; unlock it (`drpcli … update … Locked false`) first."
    return f"{request} was refused (403): the user name, password or token is wrong; check RS_KEY or RS_TOKEN."


def reasons_of(messages: list[str]) -> list[str]:
    """Return the parts of the endpoint's messages that hold no values, and so may be shown."""
    found = []
    for message in messages:
        location = _LOCATION.match(message)
        where = f"{location[1] or location[2]}: " if location else ""
        bad = _BAD_VALUE.search(message)
        harmless = _HARMLESS.search(message)
        if bad and _SECURE.search(message):
            found.append(
                f"{where}param {bad[1]} is secure, and secure params are not supported yet: set it with drpcli"
            )
        elif bad:
            # The value comes first: show only the text after it, which is the validator's.
            found.append(
                f"{where}param {bad[1]} violates its schema: {_schema_reasons(message.rpartition(_VALUE_END)[2])}"
            )
        elif message.startswith(_BAD_DEFAULT) or f": {_BAD_DEFAULT}" in message:
            found.append(f"{where}{_BAD_DEFAULT}: {_schema_reasons(message.partition(_BAD_DEFAULT)[2])}")
        elif harmless:
            found.append(f"{where}{harmless[0]}")
    return found


def _schema_reasons(text: str) -> str:
    reasons = [f"{match['field']}: {match['reason']}" for match in _SCHEMA_REASON.finditer(text)]
    return ", ".join(reasons) or "see the Param"


def not_an_object(request: str) -> UnexpectedAnswer:
    """Return the error for JSON that does not hold the requested object."""
    return UnexpectedAnswer(f"{request} returned JSON that is not the requested DRP object: {_CHECK_URL}.")


def unknown_outcome(request: str, how: str = "a success without the object") -> OutcomeUnknown:
    """Return the error for a write that may have been applied; `how` describes the response."""
    return OutcomeUnknown(f"{request} returned {how}, so whether it was applied is unknown: {_CHECK_AND_RERUN}.")


def _not_drp(response: requests.Response, method: str, path: str) -> UnexpectedAnswer | OutcomeUnknown:
    kind = response.headers.get("Content-Type", "no content type").partition(";")[0]
    if method not in READS:
        error = unknown_outcome(f"{method} {path}", f"{response.status_code} with {kind}, which is not DRP's")
        error.retry_after = retry_after_of(response)
        return error
    return UnexpectedAnswer(
        f"{method} {path} returned {response.status_code} with {kind}, which is not DRP's: {_CHECK_URL}."
    )

"""A response becomes a document or an error; the only place where a status gets a meaning.

The endpoint's own messages stay in the error's `messages` and out of its text: a failed `test` is answered with a dump
of the parent object. Words of theirs are shown only where a pattern below knows that they hold no value.
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
    PatchRejected,
    Refused,
    ServerFault,
    Unauthorized,
    UnexpectedAnswer,
    Unprocessable,
)

FIRST_SERVER_ERROR = 500
_CHECK_URL = "check that RS_ENDPOINT (drp:endpoint) names the DRP API itself and no proxy or portal"
_MEMBERS = {"Model", "Key", "Type", "Messages", "Code"}
_TOKEN_REFUSED = ("Invalid Token", "Validation failed")
_REQUIRES = re.compile(r"Requires: (\S+) (\S+) ?(.*)")
_PLACE = re.compile(r"Unable to load (\w+): |([a-z_]+/[\w./ -]+): ")
"""Where in a content pack something is wrong."""
_BAD_VALUE = re.compile(r"Key '([^']+)': invalid val '")
_VALUE_END = "': "
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
    r"(Profile|Stage|Workflow|Task|Bootenv|BootEnv|Template) [\w .-]+?( \(at \d+\))? does not exist"
    r"|Invalid (Param )?Name `[^`]*`|Empty key not allowed|Locked|Not Found|already exists|No route"
    r"|Content [\w .-]+? requires (content )?[\w.-]+(( [<>=\d.]+)*, (which is not present|and [\w.+-]+ is present))?"
    r"|cannot unmarshal \w+ into Go (struct field [\w.]+|value) of type [\w.\[\]]+|[\w.-]+ stands under the key [\w.-]+"
    r"|There are no \w+ in this version|Section \w+ is kept, but the embedded endpoint does not serve it"
    r"|has a primitive type that is NOT VALID -- given: /\w+/ .*|[\w ]+ is the global profile, you cannot delete it"
)


def is_worn_out(response: requests.Response) -> bool:
    """Whether the token is the trouble: 401, or the 403 that DRP gives for an expired or revoked one."""
    if response.status_code == requests.codes.unauthorized:
        return True
    return response.status_code == requests.codes.forbidden and _is_token_trouble(_error_members(response))


def document_of(response: requests.Response, method: str, path: str) -> Any:
    """The JSON of a successful answer; None where there is no body.

    Raises:
        UnexpectedAnswer: it is not JSON.
    """
    if not response.content:
        return None
    try:
        return response.json()
    except requests.exceptions.JSONDecodeError:
        raise _not_drp(response, method, path) from None


def fault_of(response: requests.Response, method: str, path: str) -> ApiError | UnexpectedAnswer | None:
    """The error that an answer stands for, or None when it is a success."""
    if response.ok and not response.is_redirect:
        return None
    members = _error_members(response)
    if method != "HEAD" and response.status_code < FIRST_SERVER_ERROR and _is_foreign(response, members):
        return _not_drp(response, method, path)
    members = members or {}
    messages = [str(message) for message in members.get("Messages") or ()]
    kind = _kind(response.status_code, str(members.get("Type", "")))
    return kind(
        _text(kind, response.status_code, f"{method} {path}", messages, members),
        code=response.status_code,
        model=str(members.get("Model", "")),
        key=str(members.get("Key", "")),
        type_=str(members.get("Type", "")),
        messages=messages,
    )


def _is_foreign(response: requests.Response, members: dict[str, Any] | None) -> bool:
    """Whether the answer cannot be DRP's: its errors have five members (a 401 has no body), and it knows its routes."""
    if members is None:
        return bool(response.content) or response.is_redirect or response.status_code == requests.codes.not_found
    return "No route" in (members.get("Messages") or ())


def _error_members(response: requests.Response) -> dict[str, Any] | None:
    try:
        members = response.json()
    except requests.exceptions.JSONDecodeError:
        return None
    return members if isinstance(members, dict) and members.keys() >= _MEMBERS else None


def _is_token_trouble(members: dict[str, Any] | None) -> bool:
    messages = (members or {}).get("Messages") or [""]
    return str(messages[0]).startswith(_TOKEN_REFUSED)


def _kind(status: int, type_: str) -> type[ApiError]:
    if status == requests.codes.conflict:
        return {"PATCH": PatchRejected, "CREATE": Duplicate}.get(type_, Unprocessable)
    kinds = {401: Unauthorized, 403: Forbidden, 404: NotFound, 422: Unprocessable}
    return kinds.get(status, ServerFault if status >= FIRST_SERVER_ERROR else Refused)


def _text(kind: type[ApiError], status: int, request: str, messages: list[str], members: dict[str, Any]) -> str:
    subject = "/".join(filter(None, (str(members.get("Model", "")), str(members.get("Key", ""))))) or request
    if kind is Unauthorized or _is_token_trouble(members):
        return (
            f"{request} was refused ({status}): the token is wrong, expired or revoked; set a new RS_TOKEN or RS_KEY."
        )
    if kind is Forbidden:
        return _forbidden(request, messages)
    if kind is NotFound:
        return f"{subject} is not on the endpoint, or the credentials have no right to see it: check both."
    if kind is ServerFault:
        return f"{request} made the endpoint fail ({status}): look into its log, then run the program again."
    if kind is Refused and len(messages) == 1 and request.endswith(f"/{quote(messages[0], safe=':')}"):
        # DRP says no more than the key of an object that a content pack brought.
        return f"{request} was refused ({status}): the object is a content pack's and read-only; change that instead."
    reasons = "; ".join(reasons_of(messages)) or f"the endpoint gave a reason that may hold others' values, {status}"
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
    """What may be shown of the endpoint's messages: what a pattern knows to hold no value of others."""
    found = []
    for message in messages:
        place = _PLACE.match(message)
        where = f"{place[1] or place[2]}: " if place else ""
        bad = _BAD_VALUE.search(message)
        harmless = _HARMLESS.search(message)
        if bad:
            # The value itself stands between: only the text after it, in the validator's own words, is shown.
            found.append(
                f"{where}param {bad[1]} violates its schema: {_schema_reasons(message.rpartition(_VALUE_END)[2])}"
            )
        elif message.startswith(_BAD_DEFAULT) or f": {_BAD_DEFAULT}" in message:
            found.append(f"{where}{_BAD_DEFAULT}: {_schema_reasons(message.partition(_BAD_DEFAULT)[2])}")
        elif harmless:
            found.append(f"{where}{harmless[0]}")
    return found


def _schema_reasons(text: str) -> str:
    said = [f"{match['field']}: {match['reason']}" for match in _SCHEMA_REASON.finditer(text)]
    return ", ".join(said) or "see the Param"


def not_an_object(request: str) -> UnexpectedAnswer:
    """JSON that holds no DRP object."""
    return UnexpectedAnswer(f"{request} was answered with JSON that is no DRP object: {_CHECK_URL}.")


def _not_drp(response: requests.Response, method: str, path: str) -> UnexpectedAnswer:
    kind = response.headers.get("Content-Type", "no content type").partition(";")[0]
    return UnexpectedAnswer(
        f"{method} {path} was answered with {response.status_code} and {kind}, which is not DRP's: {_CHECK_URL}."
    )

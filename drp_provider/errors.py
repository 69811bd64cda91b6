"""Errors, sorted by cause.

```text
DrpError
├─ SettingsError               the provider's configuration is missing or invalid
├─ InvalidInput                a value that DRP, JSON or Pulumi could not carry unchanged
├─ EndpointUnreachable         no connection; nothing was sent
│  └─ CertificateNotTrusted    the endpoint's certificate is rejected
├─ OutcomeUnknown              a write without a readable response: it may have been applied
├─ UnexpectedAnswer            the response to a read is not DRP's: HTML, broken JSON, another object
├─ Conflict                    the object is not what the reviewer saw: nothing was changed
├─ AnotherCluster              a machine's scripts would join another cluster
├─ AlreadyExists               an object of that name exists and is not this resource's
├─ Busy                        other writers changed the object at each attempt
├─ NotReady                    a cluster failed, or was not ready in time
└─ ApiError                    the endpoint rejected the request: code, model, key, type, messages
   ├─ Refused         400 406  ├─ Unauthorized   401   ├─ Forbidden   403
   ├─ NotFound        404      ├─ PatchRejected  409   ├─ Duplicate   409
   └─ Unprocessable   409 422  └─ ServerFault    5xx
```

Every text is one sentence that names the object, the cause and the way out. An `ApiError` keeps the endpoint's own
messages in `messages` and never prints them: the response to a failed `test` holds a dump of the whole parent object
(DRP API, section "Patch failures"), which may include params that the stack does not own.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, ClassVar

__all__ = [
    "AlreadyExists",
    "AnotherCluster",
    "ApiError",
    "Busy",
    "CertificateNotTrusted",
    "Conflict",
    "Difference",
    "DrpError",
    "Duplicate",
    "EndpointUnreachable",
    "Forbidden",
    "InvalidInput",
    "NotFound",
    "NotReady",
    "OutcomeUnknown",
    "PatchRejected",
    "Refused",
    "ServerFault",
    "SettingsError",
    "Unauthorized",
    "UnexpectedAnswer",
    "Unprocessable",
    "may_pass",
]


class DrpError(Exception):
    """Base of every error that leaves this package. Errors can be copied and pickled."""

    _home: ClassVar[str] = __name__
    """The module that defines the class."""

    def __init_subclass__(cls) -> None:
        # Pulumi prints "module.Class: text". Python omits the module of builtins, so users read "Class: text".
        cls._home, cls.__module__ = cls.__module__, "builtins"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._home, type(self).__qualname__, self.args, self.__dict__)


def _restored(home: str, name: str, args: tuple[Any, ...], members: dict[str, Any]) -> DrpError:
    """Return a pickled error without calling its constructor, whose arguments are not stored."""
    kind: type[DrpError] = getattr(import_module(home), name)
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(members)
    return error


class SettingsError(DrpError):
    """The provider's configuration is missing or invalid."""


class InvalidInput(DrpError):
    """A value that DRP, JSON or Pulumi could not carry unchanged."""


class EndpointUnreachable(DrpError):
    """The endpoint cannot be reached, and nothing was sent to it."""


class CertificateNotTrusted(EndpointUnreachable):
    """TLS rejected the endpoint's certificate before anything was sent."""


class OutcomeUnknown(DrpError):
    """A write was sent, and its response is neither a readable success nor an error of DRP's: it may have been applied.

    Causes are a lost response, a proxy's page, half a JSON document, an empty 200 and the document of another object.
    `retry_after` is the number of seconds that the response asked for (RFC 9110, section 10.2.3), or None.
    """

    def __init__(self, text: str, *, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class UnexpectedAnswer(DrpError):
    """The response to a read is not DRP's: HTML from a proxy, broken JSON, a redirect, another object."""


class AnotherCluster(DrpError):
    """The scripts on a machine would find another cluster than the intended one."""


class AlreadyExists(DrpError):
    """An object of that name exists already and does not belong to this resource."""


class Busy(DrpError):
    """Other writers changed the object between reading and writing, at each attempt."""


class NotReady(DrpError):
    """A machine of a cluster failed or was given other work, or the timeout expired."""


class Difference:
    """One owned key of a conflict: its label and its value as reviewed, live and wanted, each as JSON text.

    `reviewed` is None at a creation, which has no reviewed value.
    """

    def __init__(self, label: str, reviewed: str | None, live: str, wanted: str) -> None:
        self.label = label
        self.reviewed = reviewed
        self.live = live
        self.wanted = wanted

    def __str__(self) -> str:
        reviewed = "" if self.reviewed is None else f"reviewed {self.reviewed} / "
        return f"{self.label}: {reviewed}live {self.live} / wanted {self.wanted}"


class Conflict(DrpError):
    """The object is not what the reviewer saw, or has other values than a creation expects; nothing was changed.

    `differences` lists every owned key whose live value is neither the reviewed nor the wanted one.
    """

    def __init__(self, name: str, differences: Sequence[Difference], hint: str) -> None:
        self.differences = tuple(differences)
        lines = "".join(f"\n    {difference}" for difference in self.differences)
        is_creation = all(difference.reviewed is None for difference in differences)
        cause = (
            "has other values than this program" if is_creation else "was changed by someone else since it was reviewed"
        )
        super().__init__(f"{name} {cause}; nothing was changed:{lines}\n    {hint}")


class ApiError(DrpError):
    """The endpoint rejected the request.

    `code` is the HTTP status; `model`, `key`, `type` and `messages` are the members of DRP's error document
    (`models/errors.go`). `messages` may hold values that the stack does not own: show `str(error)` instead.
    """

    def __init__(
        self,
        text: str,
        *,
        code: int,
        model: str = "",
        key: str = "",
        type_: str = "",
        messages: Sequence[str] = (),
    ) -> None:
        super().__init__(text)
        self.code = code
        self.model = model
        self.key = key
        self.type = type_
        self.messages = tuple(messages)


class Refused(ApiError):
    """400 or 406: the request makes no sense to the endpoint, or the object is read-only."""


class Unauthorized(ApiError):
    """401: no usable credentials."""


class Forbidden(ApiError):
    """403: wrong password or token, a missing claim, or a locked object."""


class NotFound(ApiError):
    """404: no such object, or no right to see it."""


class PatchRejected(ApiError):
    """409 with Type PATCH: a `test` failed, or a path does not exist; the object is unchanged."""


class Duplicate(ApiError):
    """409 with Type CREATE: an object of that key exists."""


class Unprocessable(ApiError):
    """422, or 409 of another kind: validation failed, or the object is still in use."""


class ServerFault(ApiError):
    """5xx: the endpoint itself failed, or a proxy in front of it failed a read."""


def may_pass(error: DrpError) -> bool:
    """Return whether the same request may succeed later, because the endpoint is away or failed internally."""
    return isinstance(error, ServerFault | EndpointUnreachable) and not isinstance(error, CertificateNotTrusted)

"""Errors, sorted by cause.

```text
DrpError
├─ SettingsError               the provider is not configured, or wrongly
├─ InvalidInput                a value that DRP, JSON or Pulumi could not carry unchanged
├─ EndpointUnreachable         no answer; nothing was sent
│  └─ CertificateNotTrusted    TLS ended the conversation
├─ OutcomeUnknown              a write was sent and no readable success came back: it may have landed
├─ UnexpectedAnswer            a read was answered by something that is not DRP's: HTML, broken JSON, another object
├─ Conflict                    the object is not what the reviewer saw: nothing was changed
├─ AnotherCluster              a machine's scripts would work in another cluster
├─ AlreadyExists               an object of that name is there and is not ours
├─ Busy                        other writers were faster for as long as we tried
├─ NotReady                    a cluster failed, or was not ready in time
└─ ApiError                    the endpoint answered no: code, model, key, type, messages
   ├─ Refused         400 406  ├─ Unauthorized   401   ├─ Forbidden   403
   ├─ NotFound        404      ├─ PatchRejected  409   ├─ Duplicate   409
   └─ Unprocessable   409 422  └─ ServerFault    5xx
```

Every text is one sentence that names the object, the cause and the way out. An `ApiError` keeps the endpoint's own
messages in `messages` and never prints them: a failed `test` answers with a dump of the whole parent object (DRP API,
section "Patch failures"), which can hold params that the stack does not own.
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

    _home: ClassVar[str]
    """The module that defines the class."""

    def __init_subclass__(cls) -> None:
        # Pulumi prints "module.Class: text", and Python leaves the module out for builtins: users read the class alone.
        cls._home, cls.__module__ = cls.__module__, "builtins"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._home, type(self).__qualname__, self.args, self.__dict__)


def _restored(home: str, name: str, args: tuple[Any, ...], members: dict[str, Any]) -> DrpError:
    """Return a pickled error without calling its constructor, whose arguments are not kept."""
    kind: type[DrpError] = getattr(import_module(home), name)
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(members)
    return error


class SettingsError(DrpError):
    """The provider is not configured, or wrongly."""


class InvalidInput(DrpError):
    """A value that DRP, JSON or Pulumi could not carry unchanged."""


class EndpointUnreachable(DrpError):
    """The endpoint gave no answer and nothing was sent to it."""


class CertificateNotTrusted(EndpointUnreachable):
    """TLS ended the conversation before anything was said."""


class OutcomeUnknown(DrpError):
    """A write was sent and its answer is no readable success and no refusal of DRP's: it may have landed.

    Silence, a proxy's page, half a JSON document, an empty 200 and the document of another object all end here.
    `retry_after` is the number of seconds that the answer asked for (RFC 9110, section 10.2.3), or None.
    """

    def __init__(self, text: str, *, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class UnexpectedAnswer(DrpError):
    """The answer to a read is not DRP's: HTML from a proxy, broken JSON, a redirect, another object."""


class AnotherCluster(DrpError):
    """The scripts on a machine would find another cluster than the one that is meant."""


class AlreadyExists(DrpError):
    """An object of that name is there already and is not ours."""


class Busy(DrpError):
    """Other writers changed the object between reading and writing for as long as we tried."""


class NotReady(DrpError):
    """A machine of a cluster failed or was taken elsewhere, or the time was over."""


class Difference:
    """One owned key of a conflict: its label and its value as reviewed, live and wanted, each as JSON text.

    `reviewed` is None at a creation, of which there is no review.
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
        created = all(difference.reviewed is None for difference in differences)
        cause = "has other values than this program" if created else "was changed by someone else since it was reviewed"
        super().__init__(f"{name} {cause}; nothing was changed:{lines}\n    {hint}")


class ApiError(DrpError):
    """The endpoint answered no.

    `code` is the HTTP status; `model`, `key`, `type` and `messages` are the members of DRP's error document
    (`models/errors.go`). `messages` may hold data of others: show `str(error)` instead.
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
    """409 with Type PATCH: a `test` did not hold, or a path is gone; the object is unchanged."""


class Duplicate(ApiError):
    """409 with Type CREATE: an object of that key exists."""


class Unprocessable(ApiError):
    """422, or 409 of another kind: validation failed, or the object is still in use."""


class ServerFault(ApiError):
    """5xx: the endpoint itself failed, or a proxy in front of it answered a read."""


def may_pass(error: DrpError) -> bool:
    """Whether the same question may be answered a little later: the endpoint is away, or fails by itself."""
    return isinstance(error, ServerFault | EndpointUnreachable) and not isinstance(error, CertificateNotTrusted)

"""The scripts of a task, rendered for a machine: what DRP's templates can ask for, from real objects.

Here, and nowhere else without the right to it, secure values are in clear: the machine that runs a script needs them.
"""

import importlib
import posixpath
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from drp_emulator.access import tokens
from drp_emulator.jobs import reading
from drp_emulator.object_types.object_type import ObjectType
from drp_emulator.object_types.prefixes import object_types
from drp_emulator.params.precedence import Precedence
from drp_emulator.params.secure import Opener
from drp_emulator.request_context import RequestContext
from drp_emulator.storage.transaction import Transaction
from drp_emulator.wire.documents import Document, encode
from gotemplate import (
    Budget,
    Exposed,
    Method,
    RenderError,
    Stringer,
    StringList,
    StringMap,
    TemplateError,
    Templates,
    json_value,
)

_STRINGS = ("Profiles", "Tasks", "HardwareAddrs", "Stages", "RequiredParams", "OptionalParams", "Errors")
# What Go holds parsed, not as a string, and what it prints for an empty one.
_PARSED = {"Address": "<nil>", "Uuid": "", "CurrentJob": ""}
_ABSENT = object()
# Masking shorter ones would hide nothing and make a riddle of the sentence.
_SHORTEST_SECRET = 3
# More reasons help no one, and each is searched for secrets.
_MOST_REASONS = 20
# In steps of a template: what a character costs in YAML, what signing a token costs, and a rendering.
_YAML_CHARACTER, _TOKEN, _RENDERING = 4, 100, 50


class Unrenderable(Exception):
    """Scripts that could not be rendered; each reason names the template, the line and the construct."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


def actions_of(context: RequestContext, job: Document, system: str = "") -> list[Document]:
    """Return what the agent shall write or run for a job, in order.

    Args:
        context: The agent's request; templates see the address it came to.
        job: The job.
        system: Only what is meant for this operating system; empty for all.

    Raises:
        Unrenderable: Something is missing, or a template cannot be rendered.
    """
    if ":" in job["Task"]:
        return []
    transaction = context.transaction
    task = transaction.get("tasks", job["Task"])
    machine = transaction.get("machines", job["Machine"])
    if task is None:
        raise Unrenderable([f"Task {job['Task']} does not exist"])
    if machine is None:
        raise Unrenderable([f"Machine {job['Machine']} does not exist"])
    kind = object_types(context.dialect)["machines"]
    return _Scripts(transaction, task, kind, machine, _own_url(context)).rendered(system)


def _own_url(context: RequestContext) -> str:
    address = urlsplit(context.request.host_url)
    return f"{address.scheme}://{address.netloc}"


@dataclass
class _Scripts:
    """One task for one machine."""

    transaction: Transaction
    task: Document
    kind: ObjectType
    machine: Document
    url: str
    templates: Templates = field(default_factory=Templates)
    unreadable: dict[str, RenderError] = field(default_factory=dict)
    # One for all scripts: a task can bring thousands, and a param can expand others.
    budget: Budget = field(default_factory=Budget)

    def __post_init__(self) -> None:
        # Params by name: as stored, as templates see them, and as JSON.
        self.values: dict[str, Any] = {}
        self.decoded: dict[str, Any] = {}
        self.encoded: dict[str, str] = {}
        self.opener = Opener(self.transaction)
        self.precedence = Precedence(self.transaction, self.opener)
        self.data = self._data()

    def rendered(self, system: str) -> list[Document]:
        """Return every script, or every reason why not."""
        reasons = [
            f"Missing required parameter {name} for tasks {self.task['Name']}"
            for name in self.task["RequiredParams"]
            if self._value(name) is _ABSENT
        ]
        if reasons:
            raise Unrenderable(reasons)
        self._define(reasons)
        actions: list[Document] = []
        for entry in [] if reasons else self.task["Templates"]:
            meta = entry.get("Meta", {})
            if system and meta.get("OS") and system not in meta["OS"].replace(",", " ").split():
                continue
            try:
                actions.append(self._action(entry, meta))
            except RenderError as error:
                reasons.append(self._explained(error))
            except TemplateError as error:
                reasons.append(f"Templates[{entry['Name']}]: {error}")
            if len(reasons) == _MOST_REASONS:
                break
        if reasons:
            raise Unrenderable(reasons)
        return actions

    def _define(self, reasons: list[str]) -> None:
        """Templates by name: those of the endpoint, then those the task brings itself."""
        documents = self.transaction.all("templates")
        common, self.unreadable = reading.common(
            tuple((document["ID"], document["Contents"]) for document in documents)
        )
        self.templates = common.copy()
        known = {document["ID"] for document in documents}
        for entry in self.task["Templates"]:
            if entry["ID"]:
                if entry["ID"] not in known:
                    reasons.append(f"Templates[{entry['Name']}]: No common template for {entry['ID']}")
                continue
            try:
                reading.read(self.templates, entry["Name"], entry["Contents"], self.budget)
            except TemplateError as error:
                reasons.append(f"Templates[{entry['Name']}]: {error}")
                return
            except RenderError as error:
                reasons.append(str(error))

    def _explained(self, error: RenderError) -> str:
        """Why a template could not be read is the better reason than that there is none of that name."""
        for name, reason in self.unreadable.items():
            if f'"{name}"' in error.reason:
                return self._masked(f"{error}: {reason}")
        return self._masked(str(error))

    def _masked(self, reason: str) -> str:
        """Return the reason without what was opened for the scripts: it goes into a log, which others may read."""
        secrets = [text for text in self.opener.seen if len(text) >= _SHORTEST_SECRET]
        for text in sorted(secrets, key=len, reverse=True):
            reason = reason.replace(text, "(secure)")
        return reason

    def _action(self, entry: Document, meta: dict[str, str]) -> Document:
        path = self._inline(entry["Name"], entry["Path"]) if entry["Path"] else ""
        content = self.templates.render(entry["ID"] or entry["Name"], self.data, self.budget)
        clean = posixpath.normpath(path) if path else ""
        return {"Name": entry["Name"], "Path": clean, "Content": content, "Meta": meta}

    def _inline(self, name: str, text: str) -> str:
        self.budget.spend(_RENDERING)
        return reading.read(Templates(), name, text, self.budget).render(name, self.data, self.budget)

    def _data(self) -> Exposed:
        methods = {
            "Param": Method(self._param, (str,)),
            "ParamExists": Method(self._exists, (str,)),
            "ParamAsJSON": Method(self._as_json, (str,)),
            "ParamAsYAML": Method(self._as_yaml, (str,)),
            "ParamExpand": Method(self._expanded, (str,)),
            "GenerateToken": Method(self._machine_token),
            "GenerateInfiniteToken": Method(self._infinite_token),
            "GenerateProfileToken": Method(self._profile_token, (str, int)),
            "ApiURL": Method(lambda: self.url),
            "ProvisionerURL": Method(lambda: self.url),
            "ProvisionerAddress": Method(lambda: urlsplit(self.url).hostname or ""),
        }
        fields = {"Machine": self._machine(), "Task": _object("Task", self.task)}
        for name, prefix in (("Stage", "stages"), ("Env", "bootenvs")):
            found = self.transaction.get(prefix, self.machine["Stage" if name == "Stage" else "BootEnv"])
            if found is not None:
                fields[name] = _object(name, found)
        return Exposed("RenderData", fields, methods)

    def _machine(self) -> Exposed:
        machine = self.machine
        profiles = frozenset(machine["Profiles"])
        methods = {
            "Path": Method(lambda: f"machines/{machine['Uuid']}"),
            "UUID": Method(lambda: machine["Uuid"]),
            "Key": Method(lambda: machine["Uuid"]),
            "Url": Method(lambda: f"{self.url}/machines/{machine['Uuid']}"),
            "ShortName": Method(lambda: machine["Name"].partition(".")[0]),
            "HasProfile": Method(lambda name: name in profiles, (str,)),
        }
        return Exposed("Machine", _object("Machine", machine).fields, methods)

    def _value(self, name: str) -> Any:
        if name not in self.values:
            default = self.precedence.default(name)
            found = self.precedence.settings(self.kind, self.machine, name)
            self.values[name] = next(found, _ABSENT if default is None else default)
        return self.values[name]

    def _param(self, name: str) -> Any:
        value = self._value(name)
        if value is _ABSENT:
            raise TemplateError(f"No such machine parameter {name}")
        if name not in self.decoded:
            self.decoded[name] = json_value(value)
        return self.decoded[name]

    def _exists(self, name: str) -> bool:
        return self._value(name) is not _ABSENT

    def _as_json(self, name: str) -> str:
        self._param(name)
        return f"{self._encoded(name)}\n"

    def _encoded(self, name: str) -> str:
        if name not in self.encoded:
            self.encoded[name] = encode(self.values[name])
        return self.encoded[name]

    def _as_yaml(self, name: str) -> str:
        self._param(name)
        try:
            yaml: Any = importlib.import_module("yaml")
        except ImportError:
            raise TemplateError("ParamAsYAML needs the package PyYAML, which is not installed") from None
        self.budget.spend(len(self._encoded(name)) * _YAML_CHARACTER)
        text: str = yaml.safe_dump(self.values[name], default_flow_style=False, allow_unicode=True)
        return text.removesuffix("...\n")

    def _expanded(self, name: str) -> Any:
        value = self._param(name)
        if not isinstance(value, str):
            return value
        try:
            return self._inline(name, value)
        except RenderError as error:
            # The renderer's words quote from the text, in pieces that cannot be masked.
            reason = "its secure value cannot be rendered" if self.opener.is_secure(name) else str(error)
            raise TemplateError(f"Error rendering parameter {name}: {reason}") from None

    def _machine_token(self) -> str:
        self.budget.spend(_TOKEN)
        return tokens.for_machine(self.machine, self.transaction)

    def _infinite_token(self) -> str:
        self.budget.spend(_TOKEN)
        return tokens.without_end(self.machine, self.transaction)

    def _profile_token(self, profile: str, seconds: int) -> str:
        self.budget.spend(_TOKEN)
        return tokens.for_profile(self.machine, profile, seconds, self.transaction)


def _object(kind: str, document: Document) -> Exposed:
    """Return an object's members as Go's struct would show them: lists of strings, whole numbers, maps."""
    fields: dict[str, Any] = {}
    for name, value in document.items():
        if name in _STRINGS:
            fields[name] = StringList(value)
        elif name == "Meta":
            fields[name] = StringMap(value)
        elif isinstance(value, dict | list):
            fields[name] = json_value(value)
        elif name in _PARSED:
            fields[name] = Stringer(value or _PARSED[name], truth=bool(value))
        else:
            fields[name] = value
    return Exposed(kind, fields, {})

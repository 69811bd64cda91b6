"""What Go made of templates, and the same data for the templates of this package."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gotemplate import (
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

TRUTH = Path(__file__).parent / "truth"
GO = shutil.which("go")


@dataclass(frozen=True)
class Row:
    """One template, its data, and what Go made of it."""

    group: dict[str, Any]
    text: str
    output: str | None

    def __str__(self) -> str:
        return f"{self.group['group']}: {self.text}"


def groups() -> list[dict[str, Any]]:
    """The templates of the table."""
    found: list[dict[str, Any]] = json.loads((TRUTH / "cases.json").read_text())
    return found


def stored() -> str:
    """The table as it is in the repository."""
    return (TRUTH / "table.json").read_text()


def rows(asked: list[dict[str, Any]], answered: str) -> list[Row]:
    """The table, row by row; an output that is no UTF-8 counts as an error, as this package makes it one."""
    texts = [(group, text) for group in asked for text in group["texts"]]
    answers = json.loads(answered)
    assert [(group["group"], text) for group, text in texts] == [(row["group"], row["text"]) for row in answers]
    return [Row(group, text, row.get("output")) for (group, text), row in zip(texts, answers, strict=True)]


def by_go(asked: list[dict[str, Any]]) -> str:
    """What Go makes of these templates now."""
    assert GO is not None
    command = [GO, "run", "."]
    return subprocess.run(
        command, cwd=TRUTH, input=json.dumps(asked), text=True, check=True, capture_output=True
    ).stdout


def rendered(group: dict[str, Any], text: str) -> str | RenderError:
    """What this package makes of a template."""
    try:
        templates = Templates(strict=group.get("strict", False))
        for name, other in group.get("also", ()):
            templates.add(name, other)
        return templates.add("main", text).render("main", data(group["data"]))
    except RenderError as error:
        return error


def data(document: Any) -> Any:
    """The data of a group: JSON, or the object that truth/main.go makes of it."""
    if isinstance(document, dict) and "object" in document:
        return _render_object(document["object"])
    return json_value(document)


def _render_object(params: dict[str, Any]) -> Exposed:
    params = json_value(params)

    def param(name: str) -> Any:
        if name not in params:
            raise TemplateError(f"No such machine parameter {name}")
        return params[name]

    machine = {
        "Name": "node-1",
        "Address": Stringer("10.0.0.7"),
        "Profiles": StringList(["cluster", "global"]),
        "Params": {"n": 3.0},
        "Meta": StringMap({"color": "blue", "icon": "ship"}),
        "CurrentTask": 4,
        "Runnable": True,
    }
    methods = {
        "Param": Method(param, (str,)),
        "ParamExists": Method(lambda name: name in params, (str,)),
        "ApiURL": Method(lambda: "https://127.0.0.1:8092"),
        "GenerateProfileToken": Method(lambda profile, seconds: f"token-{profile}-{seconds}", (str, int)),
        "Scaled": Method(lambda by, whole: f"{by * 2:.1f} {str(whole).lower()}", (float, bool)),
        "Joined": Method(lambda separator, *words: separator.join(words), (str,), str),
        "Maybe": Method(params.get, (str,)),
    }
    return Exposed("*main.Render", {"Machine": Exposed("*main.Machine", machine, {}), "Params": params}, methods)

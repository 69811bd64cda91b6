"""What an editor shows of a program: pyright's language server, over the protocol that editors speak."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from tests.support.checkout import ROOT


class Editor:
    """One program that is open in an editor."""

    def __init__(self, process: "subprocess.Popen[bytes]", folder: Path, program: str) -> None:
        assert process.stdin
        assert process.stdout
        self._to: BinaryIO = process.stdin  # type: ignore[assignment]
        self._from: BinaryIO = process.stdout  # type: ignore[assignment]
        self._number = 0
        self._uri = (folder / "program.py").as_uri()
        place = {"uri": folder.as_uri(), "name": "program"}
        self._ask("initialize", processId=None, rootUri=place["uri"], workspaceFolders=[place], capabilities={})
        self._tell("initialized")
        opened = {"uri": self._uri, "languageId": "python", "version": 1, "text": program}
        self._tell("textDocument/didOpen", textDocument=opened)

    def hover(self, line: int, column: int) -> str:
        """Return what is shown at a place, counted from 0, when the pointer rests there."""
        return str(self._at("textDocument/hover", line, column)["contents"]["value"])

    def completions(self, line: int, column: int) -> set[str]:
        """Return what may be written at a place."""
        return {str(item["label"]) for item in self._at("textDocument/completion", line, column)["items"]}

    def _at(self, method: str, line: int, column: int) -> Any:
        return self._ask(method, textDocument={"uri": self._uri}, position={"line": line, "character": column})

    def _ask(self, method: str, **params: Any) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._receive()
            if "method" in message and "id" in message:  # A question of the server: nothing is configured.
                items = message.get("params", {}).get("items", ())
                self._send({"id": message["id"], "result": [None] * len(items)})
            elif message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]

    def _tell(self, method: str, **params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._to.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._to.flush()

    def _receive(self) -> dict[str, Any]:
        length = 0
        while line := self._from.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return dict(json.loads(self._from.read(length)))


@contextmanager
def opened(folder: Path, program: str) -> Iterator[Editor]:
    """Open a program in an editor that knows this checkout and the environment of the tests."""
    settings = {"extraPaths": [str(ROOT)], "venvPath": str(Path(sys.prefix).parent), "venv": Path(sys.prefix).name}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    (folder / "program.py").write_text(program)
    command = [str(Path(sys.executable).parent / "basedpyright-langserver"), "--stdio"]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield Editor(process, folder, program)
        finally:
            process.kill()

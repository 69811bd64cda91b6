"""Text that grows up to a limit."""

from gotemplate.errors import Fault


class Output:
    """Pieces of text, counted."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._room = limit
        self._pieces: list[str] = []

    def write(self, piece: str) -> None:
        """Add a piece.

        Raises:
            Fault: There is no room for it.
        """
        self._room -= len(piece)
        if self._room < 0:
            raise Fault(f"more than {self._limit} characters of output")
        self._pieces.append(piece)

    def joined(self) -> str:
        """All pieces; bytes that form characters together now do."""
        whole = "".join(self._pieces)
        if whole.isascii():
            return whole
        try:
            whole.encode()
        except UnicodeEncodeError:
            return _rejoined(whole)
        return whole

    def text(self) -> str:
        """All pieces, which are text.

        Raises:
            Fault: They are bytes that are no UTF-8.
        """
        whole = self.joined()
        try:
            whole.encode()
        except UnicodeEncodeError:
            raise Fault("the output is no UTF-8") from None
        return whole


def _rejoined(text: str) -> str:
    try:
        return text.encode(errors="surrogateescape").decode(errors="surrogateescape")
    except UnicodeEncodeError:
        raise Fault("a string holds half of a surrogate pair, which is no UTF-8") from None

"""Text that grows up to a limit."""

from gotemplate.budget import Budget
from gotemplate.errors import TemplateError

# A value that is printed by itself takes longer than a step does.
_PIECE = 2
_CHARACTERS_PER_STEP = 16


class Output:
    """Pieces of text, counted.

    Args:
        budget: What each piece is paid from; its limits say how long the text may become.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._limit = self._room = budget.limits.output
        self._pieces: list[str] = []

    def require(self, length: int) -> None:
        """Look for room before a long piece is made.

        Raises:
            TemplateError: There is none.
        """
        if length > self._room:
            raise TemplateError(f"more than {self._limit} characters of output")

    def write(self, piece: str) -> None:
        """Add a piece.

        Raises:
            TemplateError: There is no room for it.
        """
        self.require(len(piece))
        self._budget.spend(_PIECE + len(piece) // _CHARACTERS_PER_STEP)
        self._room -= len(piece)
        self._pieces.append(piece)

    def joined(self) -> str:
        """Return all pieces; bytes that form characters together now do."""
        whole = "".join(self._pieces)
        if whole.isascii():
            return whole
        try:
            whole.encode()
        except UnicodeEncodeError:
            return _rejoined(whole)
        return whole

    def text(self) -> str:
        """Return all pieces, which are text.

        Raises:
            TemplateError: They are bytes that are no UTF-8.
        """
        whole = self.joined()
        try:
            whole.encode()
        except UnicodeEncodeError:
            raise TemplateError("the output is no UTF-8") from None
        return whole


def _rejoined(text: str) -> str:
    try:
        return text.encode(errors="surrogateescape").decode(errors="surrogateescape")
    except UnicodeEncodeError:
        raise TemplateError("a string holds half of a surrogate pair, which is no UTF-8") from None

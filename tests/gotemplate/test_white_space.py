from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from gotemplate import parse

GO_SPACE = " \t\r\n"
TEXTS = st.text(alphabet=" \t\r\n\v\u00a0ab-}.$", max_size=6)


@dataclass(frozen=True)
class Mark:
    """An action or a comment between two texts, what it writes, and which sides it trims."""

    content: str
    writes: str
    left: str
    right: str

    @property
    def source(self) -> str:
        """The action as it stands in a template; a comment allows no other space than that of the trim marker."""
        if self.content.startswith("/*"):
            left = "{{- " if self.left else "{{"
            return left + self.content + (" -}}" if self.right else "}}")
        return (
            "{{"
            + (f"-{self.left}" if self.left else "")
            + self.content
            + (f"{self.right}-" if self.right else "")
            + "}}"
        )


CONTENTS = st.sampled_from(
    (('"v"', "v"), ("`- -`", "- -"), ("/* c */", ""), ("/*\n-}}*/", ""), ("1", "1"), ('""', ""), ("$x := 1", ""))
)
MARKER_SPACE = st.one_of(st.just(""), st.sampled_from(GO_SPACE), st.text(alphabet=GO_SPACE, min_size=1, max_size=3))
MARKS = st.builds(
    lambda content, left, right: Mark(content[0], content[1], left, right), CONTENTS, MARKER_SPACE, MARKER_SPACE
)


def expected(texts: list[str], marks: list[Mark]) -> str:
    """What is written, found without a lexer: each text is trimmed on the sides where a marker asks for it."""
    written = ""
    for index, text in enumerate(texts):
        kept = text
        if index > 0 and marks[index - 1].right:
            kept = kept.lstrip(GO_SPACE)
        if index < len(marks) and marks[index].left:
            kept = kept.rstrip(GO_SPACE)
        written += kept + (marks[index].writes if index < len(marks) else "")
    return written


@given(st.data(), st.lists(MARKS, max_size=6))
def test_markers_trim_white_space_and_nothing_else(data: st.DataObject, marks: list[Mark]) -> None:
    texts = [data.draw(TEXTS) for _ in range(len(marks) + 1)]
    source = "".join(text + mark.source for text, mark in zip(texts, marks, strict=False)) + texts[-1]

    assert parse("page", source).render("page") == expected(texts, marks)


@given(TEXTS, TEXTS)
def test_text_without_actions_is_copied(before: str, after: str) -> None:
    assert parse("page", before + after).render("page") == before + after


@given(st.sampled_from(GO_SPACE), st.sampled_from("\v\f\u00a0\u2003"))
def test_only_go_s_four_spaces_make_or_feel_a_marker(space: str, other: str) -> None:
    assert parse("page", f"{other}{space}{{{{-{space}1{space}-}}}}{space}{other}").render("page") == f"{other}1{other}"

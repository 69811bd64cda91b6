import random

from hypothesis import given, settings
from hypothesis import strategies as st

from gotemplate import Limits, RenderError, Templates, json_value
from tests.gotemplate.random_templates import DATA, Maker
from tests.gotemplate.test_truth import difference, needs_go
from tests.gotemplate.truth_data import by_go, rows
from tests.support.thoroughness import rounds

PIECES = st.sampled_from(
    (
        *(
            "{{",
            "}}",
            "{{-",
            "-}}",
            " -}}",
            "{{- ",
            "{{if ",
            "{{else}}",
            "{{else if ",
            "{{end}}",
            "{{range ",
            "{{with ",
            "{{/*",
            "*/}}",
        ),
        *(
            "{{define `a`}}",
            '{{template "a" .}}',
            "{{block `b` .}}",
            "{{break}}",
            "{{continue}}",
            "$x",
            "$x := ",
            "$i, $x := ",
            "$",
        ),
        *(
            ".a",
            ".",
            ".l",
            "(",
            ")",
            "|",
            " ",
            "\n",
            ",",
            ":=",
            "=",
            '"',
            "`",
            "'",
            '"%d"',
            "printf ",
            "print ",
            "index ",
            "slice ",
        ),
        *(
            "len ",
            "eq ",
            "and ",
            "or ",
            "call ",
            "1",
            "-1",
            "1e9",
            "0x",
            "1000000000",
            "1i",
            "nil",
            "true",
            "\\",
            "\x00",
            "\ud800",
        ),
    ),
)


def compared_with_go(templates: list[str], *, strict: bool) -> tuple[list[str], int]:
    asked = [{"group": "random", "data": DATA, "strict": strict, "texts": templates}]
    answers = rows(asked, by_go(asked))
    return [found for row in answers if (found := difference(row))], sum(row.output is not None for row in answers)


@needs_go
def test_thousands_of_random_templates_render_as_in_go() -> None:
    templates = [Maker(seed).template() for seed in range(rounds(1000, 5000))]

    differences, rendered = compared_with_go(templates, strict=False)

    assert differences == []
    assert rendered > len(templates) // 2


@needs_go
def test_templates_never_seen_before_render_as_in_go() -> None:
    seeds = [random.SystemRandom().randrange(2**60) for _ in range(rounds(300, 1500))]

    differences, rendered = compared_with_go([Maker(seed).template() for seed in seeds], strict=True)

    assert differences == []
    assert rendered > len(seeds) // 4


@needs_go
def test_white_space_and_markers_render_as_in_go() -> None:
    templates = [Maker(seed).white_space() for seed in range(rounds(600, 3000))]

    differences, rendered = compared_with_go(templates, strict=False)

    assert differences == []
    assert rendered > len(templates) // 3


@settings(max_examples=rounds(100, 1000))
@given(
    st.one_of(
        st.lists(PIECES, max_size=25).map("".join), st.text(), st.integers().map(lambda seed: Maker(seed).template())
    )
)
def test_no_text_does_anything_but_render_or_fail_with_a_place(text: str) -> None:
    templates = Templates(limits=Limits(depth=20, output=10_000, steps=2_000))
    try:
        made: str | RenderError = templates.add("fuzz", text).render("fuzz", json_value(DATA))
    except RenderError as error:
        made = error

    if isinstance(made, RenderError):
        assert made.template == "fuzz"
        assert 1 <= made.line <= text.count("\n") + 1
        assert made.column >= 1
        assert made.reason

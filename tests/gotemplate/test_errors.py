import pytest

from gotemplate import Exposed, Method, RenderError, Stringer, Templates, parse

THING = Exposed("Thing", {"Inner": Exposed("Inner", {}, {})}, {"Address": Method(lambda: Stringer("10.0.0.7"))})


def failure(text: str, data: object = None) -> RenderError:
    with pytest.raises(RenderError) as caught:
        parse("page", text).render("page", data)
    return caught.value


def test_an_error_names_template_line_column_and_construct() -> None:
    error = failure("one\n  {{if true}}{{.a.b.c}}{{end}}", {"a": {"b": 1}})

    assert (error.template, error.line, error.column, error.construct) == ("page", 2, 16, ".a.b.c")
    assert error.reason == "can't evaluate field c in type int"
    assert str(error) == 'template: page:2:16: executing "page" at <.a.b.c>: can\'t evaluate field c in type int'


def test_an_error_in_a_definition_names_it_and_its_text() -> None:
    templates = Templates().add("library", '\n{{define "part"}}{{len 1}}{{end}}').add("page", '{{template "part"}}')

    with pytest.raises(RenderError) as caught:
        templates.render("page")

    assert (caught.value.template, caught.value.line, caught.value.construct) == ("library", 2, "len 1")
    assert str(caught.value).startswith('template: library:2:20: executing "part" at <len 1>: ')


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("a\n{{if .x}}", 2, 10, "unexpected end of the template"),
        ("{{.x", 1, 5, "unclosed action"),
        ("{{nofunc 1}}", 1, 3, 'function "nofunc" not defined'),
        ("\n\n {{end}}", 3, 4, "unexpected {{end}}"),
        ("{{/* never", 1, 3, "unclosed comment"),
        ("{{$x}}", 1, 3, 'undefined variable "$x"'),
        ('{{"a', 1, 3, "unterminated quoted string"),
        ("{{break}}", 1, 8, "{{break}} outside {{range}}"),
    ],
)
def test_a_text_that_is_no_template_says_where(text: str, line: int, column: int, reason: str) -> None:
    error = failure(text)

    assert (error.line, error.column, error.reason, error.construct) == (line, column, reason, "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{1i}}", "complex constants are not supported"),
        ("{{1+2i}}", "complex constants are not supported"),
        ('{{printf "%x" 1.5}}', "%x of a float is not supported"),
        ('{{printf "%b" 1.5}}', "%b of a float is not supported"),
        ('{{printf "%p" .}}', "cannot be printed"),
        ('{{printf "%p" (slice .l 0)}}', "addresses (%p) are not supported"),
        ("{{.thing}}", "the object Thing cannot be printed"),
        ("{{print .all}}", "the object Thing cannot be printed"),
        ("{{eq .thing .thing}}", "cannot be compared here"),
        ('{{printf "%d" .thing.Address}}', "%d is not supported for a value that only prints as text"),
        ('{{printf "%T" .thing.Address}}', "the type of this value is not known here"),
        ("{{eq .thing.Address .thing.Address}}", "cannot be compared here"),
        ("{{.thing.Address.x}}", "can't evaluate field x in type stringer"),
        ('{{"\\xff"}}', "the output is no UTF-8"),
        ("{{.python}}", "a template cannot hold a Python object"),
        ("{{.huge}}", "is out of range"),
        ("{{.half}}", "no UTF-8"),
        ("{{len .half}}", "half of a surrogate pair"),
        ("\ud800", "half of a surrogate pair"),
        ("{{if 1}}" * 61 + "{{end}}" * 61, "nested more than 60 levels deep"),
        ("{{" + "(" * 61 + "1" + ")" * 61 + "}}", "nested more than 60 levels deep"),
    ],
)
def test_what_only_go_can_do_is_an_error_that_says_so(text: str, reason: str) -> None:
    data = {"l": [1.0], "thing": THING, "all": [THING], "python": object(), "huge": 2**70, "half": "\ud800"}
    if "%p" in text and "slice" not in text:
        data = {"thing": THING}
        text = text.replace("{{printf", "{{with .thing}}{{printf") + "{{end}}"

    assert reason in failure(text, data).reason


@pytest.mark.parametrize("name", ["__class__", "__dict__", "fields", "methods", "kind", "_private", "Hidden"])
def test_a_template_reaches_nothing_of_python(name: str) -> None:
    assert "can't evaluate field" in failure(f"{{{{.{name}}}}}", THING).reason
    assert "can't evaluate field" in failure(f"{{{{.Inner.{name}}}}}", THING).reason
    assert "can't evaluate field" in failure(f"{{{{.s.{name}}}}}", {"s": "text"}).reason
    assert "no entry for key" in failure(f"{{{{.{name}}}}}", {}).reason


def test_a_template_that_is_not_there_is_a_render_error() -> None:
    with pytest.raises(RenderError, match='no template "other"'):
        parse("page", "").render("other")

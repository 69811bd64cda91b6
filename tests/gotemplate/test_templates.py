import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import gotemplate
from gotemplate import (
    Budget,
    Exposed,
    Limits,
    Method,
    RenderError,
    Stringer,
    TemplateError,
    Templates,
    json_value,
    parse,
)
from gotemplate.functions import builtins


def test_the_package_exports_exactly_what_it_says() -> None:
    assert gotemplate.__all__ == sorted(gotemplate.__all__)
    assert all(hasattr(gotemplate, name) for name in gotemplate.__all__)


def test_templates_of_a_set_call_one_another() -> None:
    templates = Templates().add("lib", '{{define "hi"}}Hi {{.}}{{end}}').add("page", '{{template "hi" .name}}!')

    assert templates.render("page", {"name": "you"}) == "Hi you!"
    assert templates.names == ["hi", "lib", "page"]


def test_a_copy_may_get_templates_that_the_original_does_not() -> None:
    original = Templates().add("page", '{{template "part"}}').add("part", "old")
    copy = original.copy().add("part", "new").add("more", "")

    assert (original.render("page"), copy.render("page")) == ("old", "new")
    assert original.names == ["page", "part"]


def test_a_text_can_be_rendered_without_being_kept() -> None:
    templates = Templates().add("part", "<{{.}}>")

    assert templates.render_text("path", 'a/{{template "part" .}}', "x") == "a/<x>"
    assert templates.names == ["part"]


def test_a_missing_key_is_an_error_unless_it_is_asked_not_to_be() -> None:
    assert parse("page", "{{.a}}|{{.a.b}}", strict=False).render("page", {}) == "<no value>|<no value>"
    with pytest.raises(RenderError, match='map has no entry for key "a"'):
        parse("page", "{{.a}}").render("page", {})
    with pytest.raises(RenderError, match='map has no entry for key "a"'):
        Templates().copy().render_text("page", "{{.a}}", {})


def test_functions_can_be_added() -> None:
    templates = Templates({"twice": Method(lambda text: text * 2, (str,))})

    assert templates.add("page", '{{"ab" | twice | printf "%s!"}}').render("page") == "abab!"
    with pytest.raises(RenderError, match="expected string; found another constant"):
        templates.render_text("page", "{{twice 1}}")


def test_a_method_refuses_with_a_fault_and_the_place_is_added() -> None:
    def refuse(key: str) -> Any:
        raise TemplateError(f"No such machine parameter {key}")

    data = Exposed("Data", {}, {"Param": Method(refuse, (str,))})

    with pytest.raises(RenderError) as caught:
        parse("page", 'x {{ .Param "k" | len }}').render("page", data)

    assert caught.value.reason == "error calling Param: No such machine parameter k"
    assert (caught.value.column, caught.value.construct) == (6, ".Param")


def test_an_exception_of_the_host_is_not_hidden() -> None:
    data = Exposed("Data", {}, {"Param": Method(lambda key: {"a": 1}[key], (str,))})

    with pytest.raises(KeyError):
        parse("page", '{{.Param "k"}}').render("page", data)


def test_a_method_may_render_a_template_itself() -> None:
    def expand(text: str) -> str:
        return Templates().render_text("inner", text, {"a": 1.0})

    data = Exposed("Data", {}, {"Expand": Method(expand, (str,))})

    assert parse("page", '{{.Expand "<{{.a}}>"}}').render("page", data) == "<1>"
    with pytest.raises(RenderError, match=r"^template: page:1:3: .*error calling Expand: template: inner:1:3: "):
        parse("page", '{{.Expand "{{.b}}"}}').render("page", data)


def test_a_method_that_renders_itself_for_ever_is_an_error() -> None:
    def expand() -> str:
        return templates.render("page", data)

    data = Exposed("Data", {}, {"Expand": Method(expand)})
    templates = parse("page", "{{.Expand}}")

    with pytest.raises(RenderError, match="nested too deeply"):
        templates.render("page", data)


def test_fields_are_only_looked_at_when_a_template_asks() -> None:
    asked: list[str] = []

    class Lazy(Mapping[str, Any]):
        def __getitem__(self, name: str) -> Any:
            asked.append(name)
            return name.lower()

        def __contains__(self, name: object) -> bool:
            return name in ("A", "B")

        def __iter__(self) -> Iterator[str]:
            raise AssertionError

        def __len__(self) -> int:
            raise AssertionError

    assert parse("page", "{{.A}}").render("page", Exposed("Data", Lazy(), {})) == "a"
    assert asked == ["A"]


def test_numbers_of_a_json_document_are_floats_as_in_go() -> None:
    document = json_value({"n": 3, "l": [1000000, True, None, "x"], "f": 1.5})

    assert document == {"n": 3.0, "l": [1000000.0, True, None, "x"], "f": 1.5}
    assert [type(value) for value in (document["n"], document["l"][0], document["l"][1])] == [float, float, bool]
    assert parse("page", "{{.n}} {{.l}} {{eq .n 3.0}}").render("page", document) == "3 [1e+06 true <nil> x] true"
    with pytest.raises(RenderError, match="incompatible types for comparison: float64 and int"):
        parse("page", "{{eq .n 3}}").render("page", document)
    with pytest.raises(TemplateError, match="out of range"):
        json_value([10**400])


def test_whole_numbers_that_the_host_gives_stay_whole() -> None:
    assert parse("page", "{{.n}} {{eq .n 1000000}}").render("page", {"n": 1000000}) == "1000000 true"


def test_a_stringer_prints_as_text_and_has_its_own_truth() -> None:
    data = {"address": Stringer("10.0.0.7"), "none": Stringer("<nil>", truth=False)}
    text = '{{.address}} {{printf "%s %q %9v|" .address .address .address}}{{if .none}}a{{else}}b{{end}} {{.none}}'

    assert parse("page", text).render("page", data) == '10.0.0.7 10.0.0.7 "10.0.0.7"  10.0.0.7|b <nil>'


def test_limits_are_what_the_documentation_says() -> None:
    assert Limits() == Limits(depth=1000, output=4 * 1024 * 1024, steps=1_000_000, tokens=100_000, variables=1000)


def test_the_documentation_lists_every_function_and_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs" / "templates.md").read_text()
    (line,) = [line for line in page.splitlines() if line.startswith("| functions |")]

    assert sorted(re.findall(r"`(\w+)`", line)) == sorted(builtins(Budget()))

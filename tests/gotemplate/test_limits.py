import subprocess
import sys
import time

import pytest

from gotemplate import Budget, Limits, RenderError, Templates

SMALL = Limits(depth=50, output=1_000, steps=10_000)


def failure(text: str, limits: Limits = SMALL) -> str:
    with pytest.raises(RenderError) as caught:
        Templates(limits=limits).add("page", text).render("page", {"l": [1.0, 2.0]})
    return caught.value.reason


def test_templates_may_nest_a_thousand_deep_and_no_deeper() -> None:
    call = '{{template "page" slice $ 1}}'
    templates = Templates().add("page", f"{{{{if true}}}}{{{{with .}}}}{{{{range 1}}}}{call}" + "{{end}}" * 3)

    assert templates.render("page", "x" * 999) == ""
    with pytest.raises(RenderError, match=r"exceeded maximum template depth \(1000\)"):
        templates.render("page", "x" * 1000)


@pytest.mark.parametrize(
    "text",
    [
        "{{range 1000000000}}{{end}}",
        "{{range 1000000000}}{{continue}}{{end}}",
        "{{range 1000}}{{range 1000}}{{range 1000}}{{end}}{{end}}{{end}}",
        '{{define "a"}}{{range 10000}}{{end}}{{end}}{{range 10}}{{template "a"}}{{end}}',
    ],
)
def test_a_loop_without_end_ends(text: str) -> None:
    assert failure(text) == "more than 10000 steps"


@pytest.mark.parametrize(
    "text",
    [
        "{{range 1000}}long{{end}}",
        '{{$x := "ab"}}{{range 100}}{{$x = print $x $x}}{{end}}',
        '{{$x := "ab"}}{{range 100}}{{$x = printf "%s%s" $x $x}}{{end}}',
        '{{$x := "&"}}{{range 9}}{{$x = print $x $x}}{{end}}{{$x = html $x $x}}{{html $x}}',
        '{{$x := printf "%1001d" 1}}',
        '{{$x := printf "%.1001f" 1.0}}',
        '{{$x := printf "%1001s" "a"}}',
    ],
)
def test_output_and_every_string_on_the_way_have_a_limit(text: str) -> None:
    assert "more than 1000 characters" in failure(text)


def test_a_long_chain_of_branches_is_not_deep() -> None:
    text = "{{if eq .n 0}}0" + "".join(f"{{{{else if eq .n {n}}}}}{n}" for n in range(1, 500)) + "{{end}}"

    assert Templates().add("page", text).render("page", {"n": 499}) == "499"


def test_deep_data_is_printed_or_refused() -> None:
    value: list[object] = []
    for _ in range(5000):
        value = [value]

    with pytest.raises(RenderError, match="nested too deeply"):
        Templates().add("page", "{{.}}").render("page", value)


def test_a_script_of_two_hundred_lines_renders_quickly() -> None:
    block = (
        '{{ if .exists -}}\nCOUNT{{ .n }}="{{ .count }}"\n{{ else }}none\n{{ end -}}\n'
        '{{ range $i, $name := .names }}echo "{{ $i }} {{ $name | printf "%q" }}"\n{{ end }}'
        "if [[ $COUNT ]]; then\n  echo plain text # {{/* a comment */}}\nfi\n\n\n"
    )
    text = block * 20
    data = {"exists": True, "n": 1.0, "count": "three", "names": ["a", "b", "c"]}
    assert text.count("\n") == 200
    templates = Templates().add("script", text)
    templates.render("script", data)

    started = time.process_time()
    for _ in range(10):
        templates.render("script", data)
    rendering = (time.process_time() - started) / 10

    assert rendering < 0.025


def test_importing_the_package_imports_nothing_heavy() -> None:
    program = (
        "import sys; import gotemplate; "
        "print(sorted({'pulumi', 'requests', 'werkzeug', 'jsonschema', 'pydantic', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], text=True, check=True, capture_output=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{1}}" * 40, "more than 100 pieces"),
        ("".join(f"{{{{$v{n} := {n}}}}}" for n in range(12)), "more than 10 variables"),
    ],
)
def test_a_text_of_too_many_pieces_or_variables_is_refused(text: str, reason: str) -> None:
    assert failure(text, Limits(tokens=100, variables=10)) == reason


@pytest.mark.parametrize(
    "text",
    [
        '{{range 1000}}{{$x := printf "%900s" "a"}}{{end}}',
        "{{range 10}}{{if and" + " 1" * 2000 + "}}{{end}}{{end}}",
        "{{range 1000}}{{print 1 2 3 4 5 6 7 8}}{{end}}",
        "{{range 1000}}{{len $.long}}{{end}}",
    ],
)
def test_operands_and_long_strings_cost_steps(text: str) -> None:
    templates = Templates(limits=Limits(steps=10_000)).add("page", text)

    with pytest.raises(RenderError, match="more than 10000 steps"):
        templates.render("page", {"long": "é" * 100_000})


def test_renderings_that_share_a_budget_end_together() -> None:
    templates = Templates().add("page", "{{range 3000}}{{end}}")
    budget = Budget(Limits(steps=10_000))

    for _ in range(3):
        templates.render("page", budget=budget)
    with pytest.raises(RenderError, match="more than 10000 steps"):
        templates.render("page", budget=budget)


def test_an_error_about_a_long_constant_is_short() -> None:
    with pytest.raises(RenderError) as caught:
        Templates().add("page", "{{0x" + "f" * 1_000_000 + "}}")

    assert len(str(caught.value)) < 1100

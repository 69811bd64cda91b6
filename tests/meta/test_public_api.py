"""The code base keeps its own promises."""

import ast
import inspect
import re
import textwrap
from pathlib import Path

import pulumi
import pytest

import components
import drp_provider
from drp_provider.engine.lifecycles.base import input_names
from drp_provider.engine.resource import DrpResource

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    p
    for folder in ("drp_provider", "drp_emulator", "gotemplate", "components", "bench", "tools")
    for p in (ROOT / folder).rglob("*.py")
)
FILLED_IN = {
    "DrpObject": {"owner", "secret_keys"},
    "ClusterProfile": {"run_number"},
    "ClusterReady": {"masked_params", "run", "trigger"},
    "ContentPack": {"owner"},
    "MachineWorkflow": {"adopted_machines", "expected", "position", "start_count"},
}
"""Properties that no program sets."""
MADE_OF = {"ContentPack": {"path"}, "ClusterReady": {"cluster"}, "MachineWorkflow": {"assignment", "cluster"}}
"""Inputs that other properties are made of."""
OWN_WORDS = {
    ("resource_name", components.ClusterProfile): "the component is no resource of the provider",
    ("params", drp_provider.ClusterReady): "names of params, where others take values",
    ("machines", components.ClusterProfile): "the component makes the resources that ClusterReady takes",
    ("name", drp_provider.ContentPack): "the name may stand in the content",
    ("content", components.ClusterProfile): "it takes paths and resources too",
    ("force", drp_provider.MachineWorkflow): "it takes one key only",
}
"""Inputs whose description begins otherwise than in the other docstrings, with the reason."""
RESOURCES = [
    value
    for name in drp_provider.__all__
    if inspect.isclass(value := getattr(drp_provider, name)) and issubclass(value, DrpResource)
]
DOCUMENTED: list[type[pulumi.Resource]] = [*RESOURCES, components.ClusterProfile]


def test_every_public_name_is_there_sorted_and_imported_lazily() -> None:
    assert drp_provider.__all__ == sorted(drp_provider.__all__)
    assert set(drp_provider._HOMES) == set(drp_provider.__all__) - {"__version__"}
    for name in drp_provider.__all__:
        assert getattr(drp_provider, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = drp_provider.nonsense


def test_every_module_in_objects_is_public() -> None:
    modules = {path.stem for path in (ROOT / "drp_provider" / "objects").glob("[a-z]*.py")}
    assert modules == {resource.__module__.rpartition(".")[2] for resource in RESOURCES}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.__name__)
def test_a_resource_and_its_model_have_the_same_inputs(resource: type[DrpResource]) -> None:
    module, _, name = resource._model.partition(":")
    model = getattr(__import__(f"drp_provider.models.{module}", fromlist=[name]), name)
    filled = FILLED_IN.get(name, set()) | FILLED_IN["DrpObject"]
    assert inputs_of(resource) - {"opts"} - MADE_OF.get(name, set()) == input_names(model) - filled - {"path"}


@pytest.mark.parametrize("resource", DOCUMENTED, ids=lambda r: f"{r.__module__}.{r.__name__}")
def test_a_docstring_describes_every_input_in_its_order(resource: type[pulumi.Resource]) -> None:
    assert list(described(resource)) == ["resource_name", *ordered_inputs(resource)]
    assert all(text.endswith(".") for text in described(resource).values())


@pytest.mark.parametrize("resource", DOCUMENTED, ids=lambda r: f"{r.__module__}.{r.__name__}")
def test_a_docstring_mentions_no_property_that_is_filled_in(resource: type[pulumi.Resource]) -> None:
    text = inspect.getdoc(resource) or ""
    assert not [
        name for name in FILLED_IN.get(resource.__name__, set()) - {"run", "start_count"} if f"`{name}`" in text
    ]


def test_inputs_of_one_name_have_one_description() -> None:
    first: dict[str, str] = shared_texts()
    for resource in DOCUMENTED:
        for name, text in described(resource).items():
            sentence = first.setdefault(name, text.partition(". ")[0].rstrip("."))
            where = f"{resource.__module__}.{resource.__name__}: {name}"
            assert text.startswith(sentence) == ((name, resource) not in OWN_WORDS), where


def described(resource: type[pulumi.Resource]) -> dict[str, str]:
    """Return what a constructor's docstring says of each input, in one line. Editors show that docstring."""
    text = f"{inspect.getdoc(resource.__init__)}\n"
    (section,) = re.findall(r"^Args:\n((?:    .*\n)+)", text, re.MULTILINE)
    entries = re.findall(r"^    (\w+): (.*\n(?:     +.*\n)*)", section, re.MULTILINE)
    return {name: " ".join(entry.split()) for name, entry in entries}


def shared_texts() -> dict[str, str]:
    """Return the docstring under each member of `ObjectInputs`."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(drp_provider.ObjectInputs))).body
    assert isinstance(node, ast.ClassDef)
    pairs = zip(node.body, node.body[1:], strict=False)
    return {
        named.target.id: ast.literal_eval(text.value)
        for named, text in pairs
        if isinstance(named, ast.AnnAssign) and isinstance(named.target, ast.Name) and isinstance(text, ast.Expr)
    }


def ordered_inputs(resource: type[pulumi.Resource]) -> list[str]:
    """Return the inputs that the signature takes, those of `ObjectInputs` at their place."""
    names = [name for name in inspect.signature(resource).parameters if name != "resource_name"]
    common = list(drp_provider.ObjectInputs.__annotations__)
    return [one for name in names for one in (common if name == "common" else [name])]


def inputs_of(resource: type[DrpResource]) -> set[str]:
    return set(ordered_inputs(resource))


def test_no_module_is_longer_than_300_lines() -> None:
    long = {str(p.relative_to(ROOT)): n for p in MODULES if (n := len(p.read_text().splitlines())) > 300}
    assert long == {}, "split by noun, not by number"


def test_no_function_is_longer_than_40_lines() -> None:
    long = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = _body_lines(node)
                if lines > 40:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = lines
    assert long == {}


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(p.relative_to(ROOT)) for p in MODULES if not ast.get_docstring(ast.parse(p.read_text()))]
    assert silent == []

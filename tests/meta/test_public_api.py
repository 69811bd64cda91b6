"""The code base keeps its own promises."""

import ast
import inspect
from pathlib import Path

import pytest

import drp_provider
from drp_provider.engine.lifecycles.base import input_names
from drp_provider.engine.resource import DrpResource, ObjectInputs

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    p
    for folder in ("drp_provider", "drp_emulator", "gotemplate", "components", "bench", "tools")
    for p in (ROOT / folder).rglob("*.py")
)
FILLED_IN = {"expected", "owner", "secret_keys", "starts"}
COUNTED = {"ClusterProfile": {"run"}}
RESOURCES = [
    value
    for name in drp_provider.__all__
    if inspect.isclass(value := getattr(drp_provider, name)) and issubclass(value, DrpResource)
]


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
    assert inputs_of(resource) | common_of(resource) == input_names(model) - FILLED_IN - COUNTED.get(name, set())


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.__name__)
def test_every_input_of_a_resource_is_documented(resource: type[DrpResource]) -> None:
    text = inspect.getdoc(resource) or ""
    for parameter in inputs_of(resource):
        assert f"    {parameter}: " in text, parameter
    assert not common_of(resource) or "common: see `ObjectInputs`" in text


def inputs_of(resource: type[DrpResource]) -> set[str]:
    return set(inspect.signature(resource).parameters) - {"resource_name", "opts", "common"}


def common_of(resource: type[DrpResource]) -> set[str]:
    takes = "common" in inspect.signature(resource).parameters
    return set(ObjectInputs.__annotations__) - {"opts"} if takes else set()


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

"""The program's side of every resource: inputs become properties, and what Pulumi would lose is caught.

It runs in the program's process, which needs neither models nor HTTP.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, ClassVar, TypedDict, TypeVar

import pulumi
from pulumi import Input, Output
from pulumi.dynamic import Resource

from drp_provider.engine import transforms
from drp_provider.engine.codec import NULL
from drp_provider.engine.provider import DrpProvider
from drp_provider.engine.secret_keys import EVERY

OWNER_SETTING = "ownerMark"
T = TypeVar("T")


class DrpResource(Resource, module="drp", name="Resource"):
    """Base of all resources. A subclass names its model and annotates its outputs."""

    _model: ClassVar[str]
    _depths: ClassVar[Mapping[str, int]] = {}
    """Inputs whose maps are shown, and kept secret, member by member to a depth of more than one."""

    def __init_subclass__(cls, *, model: str = "") -> None:
        # The token is persisted in every stack: it is the class's name, and no subclass may fall back to another.
        super().__init_subclass__(module="drp", name=cls.__name__)
        cls._model = model

    def __init__(
        self,
        resource_name: str,
        inputs: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
        *,
        facts: Sequence[str] = (),
    ) -> None:
        given = {n: to_property(v, self._depths.get(n, 1)) for n, v in inputs.items() if v is not None}
        given["secret_keys"] = _secret_keys(given, opts)
        # An output exists as an attribute only where its property is named, inputs that were not given included.
        unset = dict.fromkeys([*(name for name in inputs if inputs[name] is None), *facts])
        super().__init__(DrpProvider(self._model), resource_name, {**unset, **given}, opts)


class ObjectInputs(TypedDict, total=False):
    """What every resource that is a whole DRP object takes."""

    name: Input[str]
    """DRP's name of the object (`Name`); the resource name where it is left out. Another name replaces the object."""
    description: Input[str]
    """One line for operators (`Description`)."""
    documentation: Input[str]
    """Longer text, reStructuredText or Markdown (`Documentation`)."""
    meta: Input[Mapping[str, Input[str]]]
    """Annotations such as `icon` and `color`, strings only (`Meta`)."""
    adopt: bool
    """Take over the declared keys of an object that exists; it is then never deleted, only given back."""
    force: Sequence[str]
    """Keys to overwrite whatever is there, by name (`my/key`), after a conflict was looked at."""
    opts: pulumi.ResourceOptions
    """Pulumi's resource options."""


class ObjectResource(DrpResource):
    """Base of the resources that are whole DRP objects. `own` are the inputs of one type beside `ObjectInputs`."""

    name: Output[str]
    description: Output[str | None]
    documentation: Output[str | None]
    meta: Output[dict[str, str]]
    adopted: Output[bool]

    def __init__(
        self,
        resource_name: str,
        own: Mapping[str, Any],
        /,
        *,
        name: Input[str] | None = None,
        description: Input[str] | None = None,
        documentation: Input[str] | None = None,
        meta: Input[Mapping[str, Input[str]]] | None = None,
        adopt: bool | None = None,
        force: Sequence[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **unknown: Any,
    ) -> None:
        if unknown:
            raise TypeError(f"{type(self).__name__}() got an unexpected keyword argument {next(iter(unknown))!r}")
        inputs = {
            "name": resource_name if name is None else name,
            "description": description,
            "documentation": documentation,
            "meta": meta,
            "adopt": adopt,
            "force": force,
            "owner": owner_mark(resource_name),
            **own,
        }
        super().__init__(resource_name, inputs, opts, facts=["adopted"])


def owner_mark(resource_name: str) -> str | None:
    """`project/stack/resource`, written into the object's Meta, by which an interrupted run knows its own object.

    None where `drp:ownerMark` is false. Only the program knows the stack; the provider process does not.
    """
    if pulumi.Config("drp").get_bool(OWNER_SETTING) is False:
        return None
    return f"{pulumi.get_project()}/{pulumi.get_stack()}/{resource_name}"


def to_property(value: Any, depth: int = 1) -> Any:
    """An input as Pulumi is to carry it: each member of a map is one value, with its `None` made visible.

    A greater depth takes the members of the members apart as well.

    Pulumi drops `None` in maps without a word; `check` refuses it. A member that holds Outputs somewhere inside is made
    one Output: it is owned, compared and replaced whole, so it is secret whole where a part of it is.
    """
    if isinstance(value, Mapping) and depth:
        return {_text(key): NULL if member is None else to_property(member, depth - 1) for key, member in value.items()}
    return _leaf(value)


def _leaf(value: Any) -> Any:
    if _outputs_inside(value):
        return Output.from_input(value).apply(_with_visible_none)
    return _with_visible_none(value)


def _with_visible_none(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_text(key): NULL if member is None else _with_visible_none(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_visible_none(member) for member in value]
    return value


def _text(key: Any) -> str:
    if not isinstance(key, str):
        raise pulumi.RunError(f"{key!r} is the key of a map in a DRP value, where keys are text: write {str(key)!r}.")
    return key


def secret_keys_of(inputs: Mapping[str, Any]) -> Output[list[str] | None] | None:
    """The paths of secret inputs (`params.my/password`), so that reports can mask them.

    The provider process gets secrets as plain values and is not told which they are.
    """
    outputs = _outputs_in(inputs)
    return _known(_secret_paths(outputs)) if outputs else None


def _secret_keys(inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> Input[list[str] | None]:
    """The value of `secret_keys`: what the program and the resource's options hold secret, or all of it."""
    changed = transforms.may_change(opts)
    named = {*((opts.additional_secret_outputs if opts else None) or ())} & inputs.keys()
    outputs = _outputs_in(inputs)
    if changed:
        return [EVERY]
    if changed is False and not outputs:
        return sorted(named) or None

    async def find() -> list[str] | None:
        if changed is None and await transforms.may_change_later(opts):
            return [EVERY]
        return sorted({*named, *(await _secret_paths(outputs) or ())}) or None

    return _known(find())


async def _secret_paths(outputs: Sequence[tuple[str, Output[Any]]]) -> list[str] | None:
    flags = await asyncio.gather(*(output.is_secret() for _, output in outputs))
    return sorted({path for (path, _), flag in zip(outputs, flags, strict=True) if flag}) or None


def _known(value: Coroutine[Any, Any, T]) -> Output[T]:
    """An Output that is known in a preview too, and no secret."""

    async def known() -> bool:
        return True

    return Output(set(), asyncio.ensure_future(value), asyncio.ensure_future(known()))


def _outputs_in(inputs: Mapping[str, Any]) -> list[tuple[str, Output[Any]]]:
    """Every Output among the inputs, by the path of the leaf it belongs to."""
    found = []
    for name, value in inputs.items():
        if isinstance(value, Mapping):
            found += [(f"{name}.{key}", output) for key, member in value.items() for output in _outputs_inside(member)]
        else:
            found += [(name, output) for output in _outputs_inside(value)]
    return found


def _outputs_inside(value: Any) -> list[Output[Any]]:
    if isinstance(value, Output):
        return [value]
    members = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    return [output for member in members for output in _outputs_inside(member)]

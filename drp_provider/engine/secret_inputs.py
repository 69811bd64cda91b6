"""Find which of a program's inputs are secret: a provider gets secrets as plain values.

It runs in the program's process.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import pulumi
from pulumi import Input, Output

from drp_provider.engine import transforms
from drp_provider.engine.ownership.secret_keys import EVERY

T = TypeVar("T")


def secret_keys_of(inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> Input[list[str] | None]:
    """Return the labels of secret inputs (`params.my/password`), or `EVERY` if a transform may add one.

    A property that the option `additional_secret_outputs` names is secret whole.
    """
    changed = transforms.may_change(opts)
    named = {*((opts.additional_secret_outputs if opts else None) or ())} & inputs.keys()
    outputs = [*_labelled(inputs)]
    if changed:
        return [EVERY]
    if changed is False and not outputs:
        return sorted(named) or None

    async def find() -> list[str] | None:
        if changed is None and await transforms.may_change_later(opts):
            return [EVERY]
        return sorted({*named, *await _secret(outputs)}) or None

    return _known(find())


def secret_members_of(*maps: Input[Mapping[str, Any]] | None) -> Output[list[str]]:
    """Return the names of the members that are secret as the program gives them. Names are no secret."""
    given = {f"{index}": value or {} for index, value in enumerate(maps)}
    labels = _known(_secret([*_labelled(given)]))
    names = Output.all(*(_names_of(value) for value in given.values()))
    return Output.unsecret(Output.all(labels, names).apply(lambda found: _hidden(*found)))


def _hidden(labels: Sequence[str], names: Sequence[Sequence[str]]) -> list[str]:
    hidden = {name for index, own in enumerate(names) for name in own if {f"{index}", f"{index}.{name}"} & {*labels}}
    return sorted(hidden)


def _names_of(value: Any) -> Output[list[str]]:
    """Return the keys of a map, or of an Output that holds one; its values may not be known yet.

    `check` refuses anything else.
    """
    if isinstance(value, Mapping):
        return Output.from_input(_text_keys(value))
    return Output.unsecret(Output.from_input(value).apply(_text_keys))


def _text_keys(value: Any) -> list[str]:
    return sorted(key for key in value if isinstance(key, str)) if isinstance(value, Mapping) else []


def secret_values_in(value: Any, opts: pulumi.ResourceOptions | None) -> Output[list[Any] | None] | None:
    """Return the secret values anywhere in an input, as a secret. None if there can be none.

    If a transform of the resource may add some, the whole input is returned.
    """
    if transforms.may_change(opts):
        return Output.secret([value])
    outputs = [Output.from_input(output) for output in outputs_inside(value)]
    if not outputs:
        return None

    async def find() -> list[Any] | None:
        flags = await asyncio.gather(*(output.is_secret() for output in outputs))
        return [await output.future() for output, flag in zip(outputs, flags, strict=True) if flag] or None

    async def are_known() -> bool:
        return all(await asyncio.gather(*(output.is_known() for output in outputs)))

    async def are_secret() -> bool:
        return any(await asyncio.gather(*(output.is_secret() for output in outputs)))

    return Output(
        set(), asyncio.ensure_future(find()), asyncio.ensure_future(are_known()), asyncio.ensure_future(are_secret())
    )


def outputs_inside(value: Any) -> list[Output[Any]]:
    """Return every Output in a value, at any depth, and every future as an Output."""
    if isinstance(value, Output):
        return [value]
    if isinstance(value, asyncio.Future):
        return [Output.from_input(value)]
    return [output for member in _members(value) for output in outputs_inside(member)]


def is_pending(value: Any) -> bool:
    """Return whether a value, or anything in it, is an Output."""
    return isinstance(value, Output) or any(map(is_pending, _members(value)))


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, (list, tuple)) else ()


def _labelled(inputs: Mapping[str, Any]) -> Iterator[tuple[str, Output[Any]]]:
    """Yield every Output in the inputs with the label of its value."""
    for name, value in inputs.items():
        if isinstance(value, Mapping):
            for key, member in value.items():
                yield from ((f"{name}.{key}", Output.from_input(output)) for output in outputs_inside(member))
        else:
            yield from ((name, Output.from_input(output)) for output in outputs_inside(value))


async def _secret(outputs: Sequence[tuple[str, Output[Any]]]) -> list[str]:
    # An Output that fails is reported by Pulumi itself, and counts as a secret here.
    flags = await asyncio.gather(*(output.is_secret() for _, output in outputs), return_exceptions=True)
    return sorted({label for (label, _), flag in zip(outputs, flags, strict=True) if flag})


def _known(value: Coroutine[Any, Any, T]) -> Output[T]:
    """Return an Output that is known in a preview too, and no secret."""

    async def known() -> bool:
        return True

    return Output(set(), asyncio.ensure_future(value), asyncio.ensure_future(known()))

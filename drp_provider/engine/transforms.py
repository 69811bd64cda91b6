"""Tell whether Pulumi's transforms may make inputs of a resource secret after the program has given them.

Pulumi has two kinds. `transformations` run in the program and are inherited through a private attribute of the parent.
`transforms` run in the engine, after this process has sent the resource, and the SDK does not keep them on the resource
that has them. So a stack transformation of our own, which changes nothing, notes which resources have some. If
the SDK does not show what is registered, the result is that a transform may be.
"""

import asyncio
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime import get_root_resource, register_stack_transformation

_inherited: "WeakKeyDictionary[pulumi.Resource, bool | None]" = WeakKeyDictionary()
"""Whether a resource, or an ancestor of it, has `transforms`. None: an ancestor was made before we took note."""


def take_note() -> None:
    """Note from now on which resources of the running program have transforms."""
    root = get_root_resource()
    if root is not None and _note not in (getattr(root, "_transformations", None) or ()):
        register_stack_transformation(_note)


def may_change(opts: pulumi.ResourceOptions | None) -> bool | None:
    """Return whether a transform runs on a resource with these options; None if it cannot be told yet."""
    take_note()
    parent = opts.parent if opts and opts.parent else get_root_resource()
    if opts and (opts.transforms or opts.transformations):
        return True
    if _has_transformations(parent) or _any_registered():
        return True
    return _of_ancestors(parent)


async def may_change_later(opts: pulumi.ResourceOptions | None) -> bool:
    """Return whether any transform is registered once the parent is, and so are the parent's own."""
    if opts and opts.parent:
        await opts.parent.urn.future()
    return _any_registered()


def _note(args: pulumi.ResourceTransformationArgs) -> None:
    parent = args.opts.parent or get_root_resource()
    _inherited[args.resource] = True if args.opts.transforms else _of_ancestors(parent)


def _of_ancestors(parent: pulumi.Resource | None) -> bool | None:
    if parent is None or parent is get_root_resource():
        return False
    return _inherited.get(parent)


def _has_transformations(parent: pulumi.Resource | None) -> bool:
    """Return whether a child of this resource inherits transformations other than ours."""
    if parent is None:
        return False
    inherited = getattr(parent, "_transformations", (None,))
    return any(transformation is not _note for transformation in inherited or ())


def _any_registered() -> bool:
    """Return whether the engine knows a transform of this program: the stack's, or one of any resource."""
    try:
        return any(_registered())
    except (ImportError, AttributeError):
        return True


def _registered() -> Iterator[Any]:
    from pulumi.runtime._callbacks import _CallbackServicer

    for servicer in _CallbackServicer._servicers:
        if _loop() and getattr(servicer, "_loop", None) not in (None, _loop()):
            continue  # Another program of this process: tests run many.
        for transform, token in servicer._transforms.items():
            if "invoke" not in servicer._callbacks[token].__qualname__:  # Invokes have transforms of their own.
                yield transform


def _loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None

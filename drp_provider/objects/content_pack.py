"""ContentPack: objects that come, change and go together, from a folder, a file or the program."""

import os
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import Input, Output

from drp_provider.engine.content.pack_files import load_pack
from drp_provider.engine.resource import DrpResource, owner_mark
from drp_provider.engine.secret_inputs import secret_values_in
from drp_provider.errors import InvalidInput


class ContentPack(DrpResource, model="content_pack:ContentPack"):
    """A DRP content pack, whose objects are read-only for other clients. One request if it changed, otherwise none.

    Creation and update fail, and change nothing, if an object is invalid or would override another pack's; update and
    delete also fail if an object that would be deleted is still in use. The preview shows which objects change. DRP
    cannot make the replacement of a pack conditional: an update overwrites what another client has uploaded under this
    name since the last refresh.

    The outputs are `adopted` and `warnings`, which lists objects that were uploaded and are not usable yet, such as a
    stage whose task is missing.
    """

    _depths = {"content": 3}  # noqa: RUF012 - a ClassVar by its base

    name: Output[str]
    version: Output[str]
    content: Output[dict[str, Any]]
    adopted: Output[bool]
    warnings: Output[list[str]]

    def __init__(
        self,
        resource_name: str,
        *,
        path: str | os.PathLike[str] | None = None,
        content: Input[Mapping[str, Any]] | None = None,
        name: Input[str] | None = None,
        version: Input[str] | None = None,
        adopt: bool | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a content pack.

        Args:
            resource_name: Pulumi's name of the resource.
            path: A folder in the layout of `drpcli contents bundle` (`params/*.yaml`, `templates/*.tmpl`, `tasks/`, …,
                and `meta.yaml` or `._Name.meta` files), or a bundle of one, YAML or JSON. A relative path starts at the
                program's folder. One of `path` and `content`.
            content: The same as a map, `{"meta": {…}, "sections": {"tasks": {"elect": {…}}}}`. Secrets and Outputs are
                allowed; an object that holds a secret is secret whole.
            name: DRP's name of the pack (`Name`). Default: the name in its meta, or else the resource name. Another
                name replaces the pack: the old one is deleted first, since two packs may not hold the same object.
            version: The pack's version (`Version`). Default: the version in its meta, or else one made of the content,
                which changes exactly if the content changes.
            adopt: True takes over an object that exists already. A destroy then keeps it. Default: False. An adopted
                pack is replaced whole.
            opts: Pulumi's resource options.
        """
        if (path is None) == (content is None):
            raise TypeError("ContentPack() takes one of path and content")
        loaded = content if path is None else _loaded(path)
        inputs = {
            "name": _name_of(loaded, resource_name) if name is None else name,
            "version": version,
            "content": loaded,
            "path": None,
            "adopt": adopt,
            "owner": owner_mark(resource_name),
        }
        super().__init__(resource_name, inputs, opts, facts=["adopted", "warnings"], hidden=["owner"])
        self.secret_values = None if content is None else secret_values_in(content, opts)
        """The secret values in the content, for the `masked_values` of a `ClusterReady`. It is not a Pulumi output."""


def _loaded(path: str | os.PathLike[str]) -> dict[str, Any]:
    try:
        return load_pack(path)
    except InvalidInput as error:
        raise pulumi.RunError(str(error)) from None


def _name_of(content: Any, resource_name: str) -> Input[str]:
    """Return the name in the pack's meta. It is no secret, though the content may be."""
    if isinstance(content, Output):
        return Output.unsecret(content.apply(lambda known: _name_of(known, resource_name)))
    meta = content.get("meta")
    found = meta.get("Name") if isinstance(meta, Mapping) else None
    return resource_name if found is None else found

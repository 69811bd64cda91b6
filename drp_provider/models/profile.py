"""Profile: a named set of param values that machines and stages share (DRP `models/profile.go`)."""

from drp_provider.models.base import DrpObject
from drp_provider.models.fields import Name, Params


class Profile(DrpObject):
    """A named set of params."""

    noun = "profile"
    prefix = "profiles"
    maps = ("params", "meta")

    name: Name
    params: Params | None = None

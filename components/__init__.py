"""Opinions on top of `drp_provider`: components compose resources and never call the API.

The installed package is `drp_components`; `components` is its name in this repository.
"""

from . import cluster_pattern
from .cluster_profile import ClusterProfile

__all__ = ["ClusterProfile", "cluster_pattern"]

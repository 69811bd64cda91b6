"""Components that compose the resources of `drp_provider`. They never call the API.

The installed package is `drp_components`; `components` is its name in this repository.
"""

from . import cluster_pattern
from .cluster_profile import ClusterProfile

__all__ = ["ClusterProfile", "cluster_pattern"]

"""The name that `components` has once it is installed, so that a program reads the same here and in a project of its own.

`tools/clean-env` puts this folder on the import path: docs/decisions/0010-one-name-for-components.md.
"""

from components import ClusterProfile, cluster_pattern

__all__ = ["ClusterProfile", "cluster_pattern"]

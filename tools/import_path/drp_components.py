"""Give `components` its installed name, so that a program reads the same in a checkout and in a project.

`tools/clean-env` puts this folder on the import path: docs/decisions/0010-one-name-for-components.md.
"""

from components import ClusterProfile, cluster_pattern

__all__ = ["ClusterProfile", "cluster_pattern"]

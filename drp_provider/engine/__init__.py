"""Pulumi's operations on resources: check, diff, create, read, update, delete.

`lifecycles` holds these operations for each resource type; they use `ownership`, `machines`, `content`, `messages`,
`registry` and `retry`. None of these imports Pulumi. The other modules connect them to it.
"""

"""What happens when Pulumi asks: check, diff, create, read, update, delete.

`lifecycle` (whole objects), `part` (fields and keys of objects), `attachment` (entries in their lists), `workflow` and
`content` (packs of objects) hold the rules and know nothing of Pulumi; `codec`, `provider` and `resource` are the rim
that translates.
"""

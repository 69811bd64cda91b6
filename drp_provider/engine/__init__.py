"""What happens when Pulumi asks: check, diff, create, read, update, delete.

`lifecycle` (whole objects) and `attachment` (parts of objects) hold the rules and know nothing of Pulumi; `codec`,
`provider` and `resource` are the rim that translates.
"""

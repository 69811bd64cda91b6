"""Machines as the lifecycles see them: by which name, in which state, and how a workflow starts, ends and drains."""

"""What happens between a handler that wants something changed and the row in the store.

`saving` is the one way for objects to get in; the rest is what it consults: what an object must be by itself
(`validation`) and among others (`references`), what follows from a change of a machine's workflow (`workflow`,
`tasklist`) or of a job (`job_rules`). `packs` saves many objects as one. Replies are the
handlers'; only a refusal is raised here.
"""

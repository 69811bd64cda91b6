"""`python -m drp_provider.leftovers` lists what an interrupted run left on the endpoint; it changes nothing.

`project` asks the `pulumi` command for state and configuration, `state` reads the state, `endpoint` lists the objects,
`comparison` finds what is not in the state, and `report` prints it with the commands that remove it.
"""

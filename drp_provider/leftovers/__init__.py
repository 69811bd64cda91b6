"""`python -m drp_provider.leftovers` lists what a run that died left on the endpoint, and changes nothing.

`project` asks the `pulumi` command for state and configuration, `state` reads the state, `endpoint` lists the objects,
`comparison` finds what the state does not know, and `report` prints it with the commands that end it.
"""

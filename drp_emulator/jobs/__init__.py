"""What machines do: their next job, and the scripts of it.

For agents, simulated or real, which ask for both. What a machine's task list may become is a rule about changes.
"""

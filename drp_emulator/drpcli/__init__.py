"""A stand-in for `drpcli` where the real one is not on PATH: what scripts of a cluster call, and nothing else.

It sends the requests that drpcli sends, has its output and its exit codes, and refuses the rest. A script runs it in
loops, so these modules import next to nothing; `__main__` starts them without the packages above.
"""

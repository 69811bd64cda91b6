"""The process around the machines: it gives them power and network, and takes both away.

One process, one thread, an event loop. Machines are forked from it, warm and small; every byte between a machine and
the endpoint passes through it. So a fault here is a real one: a killed process, a cut connection, a lost answer.
"""

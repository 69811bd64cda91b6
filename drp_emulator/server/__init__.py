"""The two ways in: `adapter` without a port, in the caller's process, and `server` on a loopback port.

They turn requests into WSGI calls and know nothing of their meaning. `connection` speaks HTTP, `browser` refuses what
web pages of other origins send, `certificate` and `temporary` make what an endpoint needs while it runs.
"""

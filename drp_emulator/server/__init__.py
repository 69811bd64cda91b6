"""The two ways in: `adapter`, in this process and without a port, and `server`, on a loopback port.

They turn requests into WSGI calls and know nothing of what is asked. Nothing else imports them, but who opens one.
"""

"""The endpoint put together: the store and its first objects, the table of routes, one transaction a request, events.

`app` is the WSGI application that both doors lead to. How requests reach it is the doors' affair, what they do the
handlers'.
"""

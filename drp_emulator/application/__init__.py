"""The endpoint put together: store and first objects, the table of routes, one transaction a request, events.

`app` is the WSGI application that both ways in call. What a request means is the business of `handlers`.
"""

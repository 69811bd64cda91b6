"""A small data centre on one computer: an endpoint, and machines that are real processes.

It meets the endpoint over HTTP alone, as machines do, so that the same machines can stand in on any DRP test system.
"""

"""Measure what operations cost, in requests and in time, compared with Pulumi's engine alone.

`python -m bench` prints a table. It fails no time limit, because computers differ.
"""

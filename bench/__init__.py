"""What operations cost, in requests and in time, beside what Pulumi's engine costs by itself.

`python -m bench` prints a table. It holds nothing to a time: machines differ, and a slow one is no fault.
"""

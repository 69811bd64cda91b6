"""What runs on a simulated machine: DRP's agent, as far as a machine in a test system needs it.

It waits for work, takes jobs, runs their scripts, reports. It knows neither the emulator nor its faults; they come
from around it, as they do to a real agent. One thread, few imports: sixteen of it share two cores and one warm parent.
"""

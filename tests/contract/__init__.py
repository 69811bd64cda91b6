"""One suite for every endpoint; `RS_ENDPOINT` with `RS_KEY` or `RS_TOKEN` points it at another one.

Against another endpoint run it in one process (no `-n`): all tests share its names.
"""

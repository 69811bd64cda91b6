"""One suite for every endpoint; `RS_ENDPOINT` with `RS_KEY` or `RS_TOKEN` points it at another one."""

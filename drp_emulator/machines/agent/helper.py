"""The file `helper` beside every script, which scripts may source."""

HELPER = """#!/bin/bash
# What DRP's agent offers to scripts, as far as it makes sense on a simulated machine.
export LC_ALL=C LANGUAGE=C LANG=C
export PS4='${BASH_SOURCE}@${LINENO}(${FUNCNAME[0]}): '
set -o pipefail -o errexit
shopt -s nullglob extglob globstar

get_param() { drpcli machines get "$RS_UUID" param "$1" --aggregate; }
set_param() { drpcli machines set "$RS_UUID" param "$1" to "${2:--}"; }

__sane_exit() { touch "$RS_TASK_DIR/.sane-exit-codes"; }
__exit() { __sane_exit; exit "$1"; }
exit_incomplete() { __exit 128; }
exit_reboot() { __exit 64; }
exit_shutdown() { __exit 32; }
exit_stop() { __exit 16; }
exit_incomplete_reboot() { __exit 192; }
exit_incomplete_shutdown() { __exit 160; }

__not_here() { echo "$1: a simulated machine shares its system with others, and changes nothing there." >&2; exit 1; }
install() { __not_here install; }
service() { __not_here service; }

addr_port() { if [[ $1 =~ ':' ]]; then printf '[%s]:%d' "$1" "$2"; else printf '%s:%d' "$1" "$2"; fi; }
"""

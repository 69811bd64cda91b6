#!/usr/bin/env bash
# A cluster as an operator makes it without Pulumi: a profile with its seeds, added to each machine, the workflow set on
# each machine, and then looking until all have run it.
#
#   DRP_URL=... DRP_TOKEN=... floor.sh PROFILE PARAMS WORKFLOW MACHINE...
#
# Prints `set` when every machine has been told, and `complete` at the end.
set -o errexit -o nounset -o pipefail

profile=$1 params=$2 workflow=$3
shift 3

send() { # METHOD PATH [BODY]
  curl --silent --show-error --fail --globoff --request "$1" \
    --header "Authorization: Bearer $DRP_TOKEN" --header "Content-Type: application/json" \
    ${3:+--data "$3"} "$DRP_URL/api/v3/$2"
}

send POST profiles "{\"Name\":\"$profile\",\"Params\":$params}" >/dev/null
for machine; do
  send PATCH "machines/Name:$machine" "[{\"op\":\"add\",\"path\":\"/Profiles/-\",\"value\":\"$profile\"}]" >/dev/null
done
for machine; do
  send PATCH "machines/Name:$machine" "[{\"op\":\"replace\",\"path\":\"/Workflow\",\"value\":\"$workflow\"}]" >/dev/null
done
echo set
until [[ $(send GET "machines?Workflow=$workflow&WorkflowComplete=false&slim=Meta,Params") == "[]" ]]; do
  if [[ $(send GET "machines?Workflow=$workflow&Runnable=false&slim=Meta,Params") != "[]" ]]; then
    echo "A machine has stopped." >&2
    exit 1
  fi
  sleep 0.25
done
echo complete

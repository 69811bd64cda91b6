#!/usr/bin/env bash
# Create a cluster without Pulumi: upload the content pack, create the profile with its initial values, add it to each
# machine, set the workflow on each machine, and poll until all have run it.
#
#   DRP_URL=... DRP_TOKEN=... by_hand.sh PACK PROFILE PARAMS WORKFLOW MACHINE...
#
# Prints `complete` at the end.
set -o errexit -o nounset -o pipefail

pack=$1 profile=$2 params=$3 workflow=$4
shift 4

send() { # METHOD PATH [BODY]
  curl --silent --show-error --fail --globoff --request "$1" \
    --header "Authorization: Bearer $DRP_TOKEN" --header "Content-Type: application/json" \
    ${3:+--data "$3"} "$DRP_URL/api/v3/$2"
}

send POST contents "@$pack" >/dev/null
send POST profiles "{\"Name\":\"$profile\",\"Params\":$params}" >/dev/null
for machine; do
  send PATCH "machines/Name:$machine" "[{\"op\":\"add\",\"path\":\"/Profiles/-\",\"value\":\"$profile\"}]" >/dev/null
done
for machine; do
  send PATCH "machines/Name:$machine" "[{\"op\":\"replace\",\"path\":\"/Workflow\",\"value\":\"$workflow\"}]" >/dev/null
done
until [[ $(send GET "machines?Workflow=$workflow&WorkflowComplete=false&slim=Meta,Params") == "[]" ]]; do
  if [[ $(send GET "machines?Workflow=$workflow&Runnable=false&slim=Meta,Params") != "[]" ]]; then
    echo "A machine has stopped." >&2
    exit 1
  fi
  sleep 0.25
done
echo complete

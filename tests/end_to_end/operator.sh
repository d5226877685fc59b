#!/usr/bin/env bash
# What an operator has in the drawer: rolls a job out with chef-courier-cli and says how it went.
#
# usage: operator.sh JOB_FILE [PROFILE]
#
# The job is looked up by its name: it is created when there is none, else started again. Then its
# newest instance is polled until it ends, and its steps are printed as a table, node by node.
set -euo pipefail

job_file=$1
profile=${2:-default}
export PAGER=cat

say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" >&2; }
courier() { chef-courier-cli "$@" --profile "$profile"; }

name=$(jq -r .name "$job_file")

job_id=$(courier scheduler jobs list-jobs --format json --pagination.size 10000 |
    jq -r --arg name "$name" '[.items[]? | select(.name == $name) | .id] | first // empty')

if [[ -z $job_id ]]; then
    say "creating \"$name\""
    response=$(courier scheduler jobs add-job --body-file "$job_file")
    job_id=$(jq -r '.item.id // .Response201.item.id' <<<"$response")
else
    say "\"$name\" is there as $job_id: starting it again"
    courier scheduler jobs activated-job --jobId "$job_id" | jq -e '.item.id' >/dev/null
fi
courier scheduler jobs get-head --jobId "$job_id"

# Oldest first: the newest instance stands on the last page.
total=$(courier state instance list-all --job-id "$job_id" --pagination.size 1 |
    jq .pagination.totalItems)
instance_id=$(courier state instance list-all --job-id "$job_id" \
    --pagination.size 1 --pagination.page "$total" | jq -r '.items[0].id')
say "instance $instance_id ($total so far)"

for ((try = 1; ; try++)); do
    status=$(courier state instance get-instance --instanceId "$instance_id" | jq -r .item.status)
    [[ $status == success || $status == failure ]] && break
    ((try < 300)) || { say "still $status; giving up"; exit 1; }
    sleep 0.2
done
say "instance $instance_id: $status"

nodes=$(chef-node-management-cli management node find-all-nodes --pagination.size 1000 \
    --profile "$profile")
runs=$(courier state instance list-instance-runs --instanceId "$instance_id" \
    --pagination.size 100)

printf '%-12s %-8s %4s %-12s %-8s %8s\n' NODE RUN STEP NAME STATUS ATTEMPTS
jq -r '.items[] | [.runId, .nodeId, .status] | @tsv' <<<"$runs" |
    while IFS=$'\t' read -r run_id node_id run_status; do
        node=$(jq -r --arg id "$node_id" '.items[] | select(.id == $id) | .name' <<<"$nodes")
        courier state run list-steps --runId "$run_id" --pagination.size 100 </dev/null |
            jq -r '.items[] | [.stepNumber, .name, .status, .numAttempts] | @tsv' |
            while IFS=$'\t' read -r number step step_status attempts; do
                printf '%-12s %-8s %4s %-12s %-8s %8s\n' \
                    "$node" "$run_status" "$number" "$step" "$step_status" "$attempts"
            done
    done

run_id=$(jq -r '.items[0].runId' <<<"$runs")
evidence=$(courier state run get-step-attempt-evidence --runId "$run_id" --stepNo 1 --attemptNo 1)
jq -r .item.artifactUrl <<<"$evidence"

[[ $status == success ]]

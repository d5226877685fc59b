"""The groups of Chef's tree."""

from typing import Final

from courier_backend.cli.lazy import Entry, group

_HERE: Final = "courier_backend.cli.chef"

scheduler: Final = group(
    "scheduler",
    "Jobs, by Chef's names.",
    {
        "jobs": Entry(f"{_HERE}.tree:jobs", "Submit, look at, cancel and start jobs."),
        "exceptions": Entry(f"{_HERE}.tree:exceptions", "Times in which nothing is executed."),
    },
)
jobs: Final = group(
    "jobs",
    "Jobs: answers are JSON, as Chef Courier's.",
    {
        "add-job": Entry(f"{_HERE}.submit:add_job", "Submit a job."),
        "get-job": Entry(f"{_HERE}.jobs:get_job", "One job."),
        "get-head": Entry(f"{_HERE}.jobs:get_head", "Whether there is such a job."),
        "list-jobs": Entry(f"{_HERE}.jobs:list_jobs", "All jobs, by page."),
        "update-job": Entry(f"{_HERE}.submit:update_job", "Give a job another definition."),
        "cancel-job": Entry(f"{_HERE}.jobs:cancel_job", "No more executions of a job."),
        "delete-job": Entry(f"{_HERE}.jobs:delete_job", "Take a job away."),
        "activated-job": Entry(f"{_HERE}.submit:activated_job", "Start one execution now."),
        "create-manual-job": Entry(
            f"{_HERE}.schedules:create_manual_job", "Execute a job once, beside its schedule."
        ),
        "get-pastDueJobs": Entry(
            f"{_HERE}.schedules:past_due_jobs", "The jobs that are due at a time."
        ),
        "estimate-run-times": Entry(
            f"{_HERE}.schedules:estimate_run_times", "When a job executes next."
        ),
    },
)
exceptions: Final = group(
    "exceptions",
    "Exception rules for all jobs: answers are JSON, as Chef Courier's.",
    {
        "add-rule": Entry(f"{_HERE}.exceptions:add_rule", "Add a rule."),
        "get-rule": Entry(f"{_HERE}.exceptions:get_rule", "One rule."),
        "list-rules": Entry(f"{_HERE}.exceptions:list_rules", "All rules, by page."),
        "update-rule": Entry(f"{_HERE}.exceptions:update_rule", "Change a rule."),
        "delete-rule": Entry(f"{_HERE}.exceptions:delete_rule", "Take a rule away."),
    },
)
state: Final = group(
    "state",
    "What happened, by Chef's names.",
    {
        "instance": Entry(f"{_HERE}.tree:instance", "Executions of jobs."),
        "run": Entry(f"{_HERE}.tree:run", "Executions on one node, their steps and evidence."),
    },
)
instance: Final = group(
    "instance",
    "Executions of jobs: answers are JSON, as Chef Courier's.",
    {
        "create-instance": Entry(
            f"{_HERE}.outside:create_instance", "An instance that somebody else executes."
        ),
        "complete-instance": Entry(f"{_HERE}.outside:complete_instance", "Such a one is over."),
        "get-instance": Entry(f"{_HERE}.instances:get_instance", "One instance."),
        "list-all": Entry(f"{_HERE}.instances:list_all", "All instances, by page."),
        "list-instance-runs": Entry(f"{_HERE}.instances:list_runs", "The runs of an instance."),
    },
)
run: Final = group(
    "run",
    "Executions on one node: answers are JSON, as Chef Courier's.",
    {
        "get-run": Entry(f"{_HERE}.runs:get_run", "One run."),
        "received-run": Entry(f"{_HERE}.outside:received_run", "A node has its run."),
        "timeout-run": Entry(f"{_HERE}.outside:timeout_run", "A run was not heard of in time."),
        "complete-run": Entry(f"{_HERE}.outside:complete_run", "A run has ended on its node."),
        "list-steps": Entry(f"{_HERE}.runs:list_steps", "The steps of a run."),
        "update-step": Entry(f"{_HERE}.outside:update_step", "A step begins, waits or ends."),
        "attach-step-attempt-evidence": Entry(
            f"{_HERE}.outside:attach_evidence", "Keep the evidence of an attempt."
        ),
        "get-step-attempt-evidence": Entry(f"{_HERE}.runs:get_evidence", "A link to evidence."),
    },
)
management: Final = group(
    "management",
    "The fleet, by Chef's names.",
    {
        "node": Entry(f"{_HERE}.tree:node", "Nodes."),
        "filter": Entry(f"{_HERE}.tree:filter_", "Saved filters, and what they admit."),
        "list": Entry(f"{_HERE}.tree:list_", "Saved lists of nodes."),
        "skill": Entry(f"{_HERE}.tree:skill", "Skills of the fleet."),
        "cohort": Entry(f"{_HERE}.tree:cohort", "Cohorts: there are none here."),
        "assembly": Entry(f"{_HERE}.tree:assembly", "Assemblies of skills: there are none here."),
        "setting": Entry(f"{_HERE}.tree:setting", "Settings of nodes: there are none here."),
    },
)
filter_: Final = group(
    "filter",
    "Saved filters: answers are JSON, as Chef's.",
    {
        "create-filter": Entry(f"{_HERE}.filters:create_filter", "Save a filter."),
        "update-filter": Entry(f"{_HERE}.filters:update_filter", "Save another one instead."),
        "delete-filter": Entry(f"{_HERE}.filters:delete_filter", "Keep a filter no more."),
        "find-all-filters": Entry(f"{_HERE}.filters:find_all_filters", "All filters, by page."),
        "find-one-filter": Entry(f"{_HERE}.filters:find_one_filter", "One filter."),
        "run-adhocFilter": Entry(f"{_HERE}.filters:run_ad_hoc", "The nodes that a filter admits."),
        "run-savedFilter": Entry(f"{_HERE}.filters:run_saved", "The same of a saved filter."),
    },
)
list_: Final = group(
    "list",
    "Saved lists of nodes: answers are JSON, as Chef's.",
    {
        "create-list": Entry(f"{_HERE}.lists:create_list", "Save a list."),
        "add-nodes": Entry(f"{_HERE}.lists:add_nodes", "Put nodes on a list."),
        "remove-nodes": Entry(f"{_HERE}.lists:remove_nodes", "Take nodes from a list."),
        "modify-nodes": Entry(f"{_HERE}.lists:modify_nodes", "Let a list hold these nodes alone."),
        "delete-list": Entry(f"{_HERE}.lists:delete_list", "Keep a list no more."),
        "find-all-lists": Entry(f"{_HERE}.lists:find_all_lists", "All lists, by page."),
        "find-one-list": Entry(f"{_HERE}.lists:find_one_list", "One list."),
    },
)
skill: Final = group(
    "skill",
    "Skills of the fleet: answers are JSON, as Chef's.",
    {"find-all-skills": Entry(f"{_HERE}.management:find_all_skills", "All skills, by page.")},
)
cohort: Final = group(
    "cohort",
    "Cohorts: there are none here; nodes are told apart by tags.",
    {"find-all-cohorts": Entry(f"{_HERE}.management:find_all_cohorts", "An empty list.")},
)
assembly: Final = group(
    "assembly",
    "Assemblies of skills: there are none here; a node has what its runner finds.",
    {"find-all-assemblies": Entry(f"{_HERE}.management:find_all_assemblies", "An empty list.")},
)
setting: Final = group(
    "setting",
    "Settings of nodes: there are none that a backend keeps.",
    {"find-all-settings": Entry(f"{_HERE}.management:find_all_settings", "An empty list.")},
)
node: Final = group(
    "node",
    "Nodes: answers are JSON, as Chef's.",
    {
        "find-all-nodes": Entry(f"{_HERE}.nodes:find_all_nodes", "All nodes, by page."),
        "find-one-node": Entry(f"{_HERE}.nodes:find_one_node", "One node."),
        "create-node": Entry(f"{_HERE}.nodes:create_node", "Take a node into the fleet."),
        "approve-node": Entry(f"{_HERE}.nodes:approve_node", "Nothing: nodes come approved."),
        "archive-node": Entry(f"{_HERE}.nodes:archive_node", "Target a node no more."),
        "modify-tags": Entry(f"{_HERE}.nodes:modify_tags", "All tags of a node, anew."),
        "update-attributes": Entry(
            f"{_HERE}.nodes:update_attributes", "What you say of a node, besides its facts."
        ),
        "assign-cohort": Entry(f"{_HERE}.nodes:assign_cohort", "There are no cohorts here."),
    },
)
status: Final = group(
    "status",
    "How a node is, by Chef's names.",
    {"get-status": Entry(f"{_HERE}.nodes:get_status", "How a node is.")},
)

"""Random job definitions, all of them valid."""

from typing import Any

from hypothesis import strategies as st

from courier_backend.model.ids import ZERO_ID
from courier_backend.model.variables import sensitive_names

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
LINE = TEXT.filter(str.strip)
NAME = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
ID = st.uuids().map(str).filter(lambda text: text != ZERO_ID)
SECONDS = st.integers(0, 31_622_400)


def maybe(**fields: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    return fields


def made(
    required: dict[str, st.SearchStrategy[Any]], optional: dict[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


AMOUNT = st.one_of(
    made(maybe(type=st.just("number"), value=st.integers(1, 1_000_000)), {}),
    made(maybe(type=st.just("percent"), value=st.integers(1, 100)), {}),
)
SPACE = st.sampled_from(["agent", "gohai", "ohai", "aws", "azure", "tags"])
BOUND = st.sampled_from([">= 1.0.0", "<= 1.0.66", "= 1", "!= 2.0", "< 9", "> 0.1", "19"])
HEALTH = st.sampled_from(["reachable", "offline", "unknown"])
FILTER = made(
    {
        "constraints": made(
            {},
            maybe(
                attributes=st.lists(
                    made(
                        maybe(
                            name=TEXT,
                            operator=st.sampled_from(["=", "!=", "CONTAINS"]),
                            value=st.lists(TEXT, min_size=1, max_size=2),
                        ),
                        maybe(namespace=st.lists(SPACE, max_size=2)),
                    ),
                    max_size=2,
                ),
                skills=st.lists(
                    made(maybe(name=TEXT), maybe(version=st.lists(BOUND, max_size=2))), max_size=2
                ),
                healthStatus=made(
                    maybe(
                        operator=st.sampled_from(["=", "!="]),
                        value=st.lists(HEALTH, min_size=1, max_size=2),
                    ),
                    {},
                ),
                overrideSettings=made(maybe(operator=st.just("="), name=st.just(["a"])), {}),
            ),
        )
    },
    {},
)
SELECTION = st.one_of(
    made(
        maybe(
            nodeListType=st.just("nodes"),
            nodeIdentifiers=st.lists(ID, min_size=1, max_size=3, unique=True),
        ),
        {},
    ),
    made(maybe(nodeListType=st.just("filter"), filter=FILTER), {}),
    made(maybe(nodeListType=st.just("savedFilter"), filterId=ID), {}),
    made(maybe(nodeListType=st.just("savedList"), listId=ID), {}),
)
GROUP = st.builds(
    lambda selection, rest: {**selection, **rest},
    SELECTION,
    made(
        {},
        maybe(
            timeoutSeconds=SECONDS,
            queueTimeoutSeconds=SECONDS,
            batchSize=AMOUNT | st.just({"type": "", "value": 0}) | st.just({}),
            distributionMethod=st.sampled_from(["batching", "rolling"]),
            earlyTermination=st.booleans(),
            successCriteria=st.lists(
                made(maybe(numRuns=AMOUNT, status=st.sampled_from(["success", "failure"])), {}),
                max_size=2,
            ),
        ),
    ),
)
COMMAND = st.one_of(
    made(
        maybe(
            interpreter=st.just({"name": "chef-platform/shell-interpreter"}),
            command=st.dictionaries(
                st.sampled_from(["linux", "windows", "darwin"]),
                st.lists(LINE, min_size=1, max_size=2),
                min_size=1,
            ),
        ),
        {},
    ),
    made(
        maybe(
            interpreter=st.just(
                {"name": "own/thing", "skill": {"minVersion": "1", "maxVersion": "1.9.99"}}
            ),
            command=st.just({"exec": "x", "args": {"n": 1.5, "deep": [{"a": [True]}]}}),
        ),
        {},
    ),
    made(
        maybe(
            interpreter=st.just({"name": "chef-platform/restart-interpreter"}),
            command=st.just(["machine_reboot"])
            | st.sampled_from([1, "2", "now", 0]).map(
                lambda time: {"exec": "machine_reboot", "args": {"time": time}}
            ),
        ),
        {},
    ),
    made(
        maybe(
            interpreter=st.just({"name": "chef-platform/inspec-interpreter"}),
            command=st.just(
                {"exec": "scan", "args": {"path": "p", "input": {"a": [1]}, "minSuccess": 99.5}}
            ),
        ),
        {},
    ),
)
RULE = st.one_of(
    st.just({"sourceType": "exitCode"}),
    st.just({"sourceType": "output", "source": "stdout", "extractMethod": "content"}),
    st.just({"sourceType": "file", "source": "/x", "extractMethod": "regEx", "expression": "a(.)"}),
    st.just(
        {
            "sourceType": "artifact",
            "source": "a",
            "extractMethod": "jsonPath",
            "expression": "$.a",
            "required": True,
            "sensitive": True,
        }
    ),
)
STEP = st.builds(
    lambda command, rest: {**command, **rest},
    COMMAND,
    made(
        {},
        maybe(
            name=TEXT,
            description=TEXT,
            inputs=st.dictionaries(NAME, TEXT, max_size=2),
            expectedInputs=st.dictionaries(
                NAME,
                made(
                    {},
                    maybe(
                        type=st.just("string"),
                        default=TEXT | st.integers(0, 9) | st.booleans(),
                        required=st.booleans(),
                        sensitive=st.booleans(),
                    ),
                ),
                max_size=2,
            ),
            outputFieldRules=st.dictionaries(NAME, RULE, max_size=2),
            conditions=st.lists(
                made(
                    maybe(
                        inputName=st.just("node.os"),
                        operator=st.sampled_from(["eq", "gt", "contains"]),
                        value=TEXT,
                    ),
                    maybe(negate=st.booleans()),
                ),
                max_size=2,
            ),
            retryCount=st.integers(0, 100),
            failureBehavior=made(
                {},
                maybe(
                    action=st.sampled_from(["retryThenFail", "retryThenIgnore"]),
                    retryBackoffStrategy=made(
                        {},
                        maybe(
                            type=st.sampled_from(["none", "linear", "exponential", "polynomial"]),
                            delaySeconds=SECONDS | st.floats(0, 100),
                            arguments=st.lists(st.integers(0, 9) | st.just({}), max_size=3),
                        ),
                    ),
                ),
            ),
            limits=made(
                {},
                maybe(cores=st.integers(0, 64), cpu=st.floats(0, 64), timeoutSeconds=SECONDS),
            ),
        ),
    ),
)
SECRET = "a secret: long enough"


def kept_secret(definition: dict[str, Any]) -> dict[str, Any]:
    """The same with sensitive values that can be kept secret."""
    steps = definition["actions"]["steps"]
    names = sensitive_names(steps)
    for step in steps:
        for name in names & step.get("inputs", {}).keys():
            step["inputs"][name] = SECRET
        for name in names & step.get("expectedInputs", {}).keys():
            if "default" in step["expectedInputs"][name]:
                step["expectedInputs"][name]["default"] = SECRET
        for name in names & step.get("outputFieldRules", {}).keys():
            if step["outputFieldRules"][name]["sourceType"] == "exitCode":
                step["outputFieldRules"][name] = {"sourceType": "output"}
    return definition


DEFINITION = made(
    maybe(
        name=LINE,
        scheduleRule=st.sampled_from(["immediate", "RRULE:FREQ=DAILY;COUNT=3"]),
        target=made(
            maybe(groups=st.lists(GROUP, min_size=1, max_size=2)),
            maybe(executionType=st.sampled_from(["sequential", "parallel"])),
        ),
        actions=made(
            maybe(steps=st.lists(STEP, min_size=1, max_size=2)),
            maybe(accessMode=st.just("agent")),
        ),
    ),
    maybe(
        description=TEXT,
        exceptionRules=st.just([{"rrule": "RRULE:DTSTART=20230620;FREQ=DAILY", "duration": 2}]),
        allowManualExecution=st.booleans(),
        overlap=st.sampled_from(["queue", "skip", "parallel"]),
        missed=st.sampled_from(["run-once", "run-all", "skip"]),
    ),
).map(kept_secret)

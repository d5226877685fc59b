"""Older spellings of the definition: understood where the meaning is plain, with a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.checking.rule_form import IMMEDIATE
from courier_backend.model.checking.values import list_at, object_at, objects_at, text_at
from courier_backend.model.commands import OLDER_NAMES
from courier_backend.model.ids import is_id
from courier_backend.model.problems import shown

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.problems import Path

_RULE_FIELDS: Final = frozenset(
    {"sourceType", "source", "extractMethod", "expression", "required", "sensitive"}
)


def read_older_spellings(findings: Findings) -> None:
    """Bring older spellings to today's, in place."""
    job = object_at(findings.document.value)
    _Spellings(findings).job(job)


class _Spellings:
    """Rewrites the parts of one definition."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def job(self, job: dict[str, Any]) -> None:
        """The whole definition."""
        self._rename(job, (), "schduleRule", "scheduleRule")
        self._immediate(job)
        self._exceptions(job)
        self._job_timeout(job)
        for number, group in objects_at(object_at(job, "target"), "groups"):
            self._query(group, ("target", "groups", number))
            self._id_case(group)
        for number, step in objects_at(object_at(job, "actions"), "steps"):
            self._step(step, ("actions", "steps", number))
        self._step_numbers(job)

    def _rename(self, value: dict[str, Any], path: Path, old: str, new: str) -> None:
        if old not in value:
            return
        given = value.pop(old)
        if new in value:
            self._findings.warning((*path, old), f"is ignored: {new} is given too")
            return
        self._findings.warning((*path, old), f"is the older spelling of {new}")
        self._move(value, given, (*path, old), (*path, new))

    def _move(self, value: dict[str, Any], given: object, old: Path, new: Path) -> None:
        value[str(new[-1])] = given
        self._findings.document.moved[new] = old

    def _immediate(self, job: dict[str, Any]) -> None:
        """`immediate: true`, or `schedule` with a rule."""
        immediate, schedule = job.get("immediate"), job.get("schedule")
        if isinstance(immediate, bool):
            self._immediate_flag(job, immediate=immediate, scheduled=bool(schedule))
        if isinstance(schedule, str):
            del job["schedule"]
            if schedule:
                self._schedule(job, schedule)

    def _immediate_flag(self, job: dict[str, Any], *, immediate: bool, scheduled: bool) -> None:
        del job["immediate"]
        if immediate and scheduled:
            self._findings.error(("immediate",), "is true, and there is a schedule: give one only")
        elif "scheduleRule" in job or not immediate:
            self._findings.warning(("immediate",), "is the older spelling; scheduleRule says when")
        else:
            self._findings.warning(
                ("immediate",), f'is the older spelling of "scheduleRule": "{IMMEDIATE}"'
            )
            self._move(job, IMMEDIATE, ("immediate",), ("scheduleRule",))

    def _schedule(self, job: dict[str, Any], schedule: str) -> None:
        if "scheduleRule" in job:
            self._findings.warning(("schedule",), "is ignored: scheduleRule is given too")
            return
        self._findings.warning(("schedule",), "is the older spelling of scheduleRule")
        rule = f"RRULE:{schedule}" if schedule.upper().startswith("FREQ=") else schedule
        self._move(job, rule, ("schedule",), ("scheduleRule",))

    def _exceptions(self, job: dict[str, Any]) -> None:
        for number, rule in enumerate(list_at(job, "exceptionRules")):
            if isinstance(rule, str):
                self._findings.error(
                    ("exceptionRules", number),
                    "is text, the older form, and says not how long; "
                    'write {"rrule": …, "duration": minutes}',
                )

    def _job_timeout(self, job: dict[str, Any]) -> None:
        """A time-out of the whole job becomes that of the groups that have none."""
        if "timeoutSeconds" not in job:
            return
        given = job.pop("timeoutSeconds")
        self._findings.warning(("timeoutSeconds",), "is the older spelling; it belongs to groups")
        for number, group in objects_at(object_at(job, "target"), "groups"):
            if group.get("timeoutSeconds") is None:
                new: Path = ("target", "groups", number, "timeoutSeconds")
                self._move(group, given, ("timeoutSeconds",), new)

    def _id_case(self, group: dict[str, Any]) -> None:
        """Ids are compared as text, so all of them are written small."""
        nodes = list_at(group, "nodeIdentifiers")
        nodes[:] = [_small(node) for node in nodes]
        for field in ("filterId", "listId"):
            if field in group:
                group[field] = _small(group[field])

    def _query(self, group: dict[str, Any], path: Path) -> None:
        """A query that looks like a filter is one; the language of others is not known."""
        is_query = group.get("nodeListType") == "query"
        if "query" not in group and not is_query:
            return
        query = group.pop("query", None)
        if isinstance(query, dict) and "constraints" in query and not group.get("filter"):
            self._findings.warning((*path, "query"), "is the older spelling of filter")
            self._move(group, query, (*path, "query"), (*path, "filter"))
            if is_query or "nodeListType" not in group:
                group["nodeListType"] = "filter"
        elif is_query:
            message = '"query" is an older form that is not documented; write a filter'
            self._findings.error((*path, "nodeListType"), message, "filter")
        else:
            self._findings.warning((*path, "query"), "is the older spelling; it is ignored")

    def _step(self, step: dict[str, Any], path: Path) -> None:
        self._rename(step, path, "stepOutputFieldRules", "outputFieldRules")
        self._rename(step, path, "OutputFieldRules", "outputFieldRules")
        self._rename(object_at(step, "limits"), (*path, "limits"), "time", "timeoutSeconds")
        strategy = object_at(step, "failureBehavior", "retryBackoffStrategy")
        where = (*path, "failureBehavior", "retryBackoffStrategy")
        self._rename(strategy, where, "name", "type")
        self._interpreter_name(object_at(step, "interpreter"), (*path, "interpreter", "name"))
        self._versions(step, path)
        self._flat_output_rule(step, path)
        self._method_case(step)

    def _interpreter_name(self, interpreter: dict[str, Any], path: Path) -> None:
        given = text_at(interpreter, "name")
        if given in OLDER_NAMES:
            now = OLDER_NAMES[given]
            self._findings.warning(path, f"{shown(given)} is the older name of {now}", key=False)
            interpreter["name"] = now

    def _versions(self, step: dict[str, Any], path: Path) -> None:
        interpreter, here = object_at(step, "interpreter"), (*path, "interpreter")
        for old, new in (("min_version", "minVersion"), ("max_version", "maxVersion")):
            if old not in interpreter:
                continue
            given = interpreter.pop(old)
            skill = interpreter.setdefault("skill", {})
            if not isinstance(skill, dict) or new in skill:
                self._findings.warning((*here, old), f"is ignored: skill.{new} is given too")
                continue
            self._findings.warning((*here, old), f"is the older spelling of skill.{new}")
            self._move(skill, given, (*here, old), (*here, "skill", new))

    def _flat_output_rule(self, step: dict[str, Any], path: Path) -> None:
        """A rule without a name around it, as an old template shows it."""
        rules, here = object_at(step, "outputFieldRules"), (*path, "outputFieldRules")
        flat = [key for key in rules if key in _RULE_FIELDS and not isinstance(rules[key], dict)]
        if not flat or len(flat) < len(rules):
            return
        if any(rules[key] not in (None, False, "") for key in flat):
            message = 'is a rule without a name; write {"NAME": {"sourceType": …}}'
            self._findings.error(here, message)
        else:
            self._findings.warning(here, "names no output; it is read as none")
        step["outputFieldRules"] = {}

    def _method_case(self, step: dict[str, Any]) -> None:
        """Both `regEx` and `regex` are in use."""
        for rule in object_at(step, "outputFieldRules").values():
            if isinstance(rule, dict) and text_at(rule, "extractMethod") in {"regex", "regexp"}:
                rule["extractMethod"] = "regEx"

    def _step_numbers(self, job: dict[str, Any]) -> None:
        """Steps run in the order in which they stand; numbers may only say the same."""
        numbers: list[Any] = []
        for number, step in objects_at(object_at(job, "actions"), "steps"):
            if "stepNumber" not in step:
                continue
            given, path = step.pop("stepNumber"), ("actions", "steps", number, "stepNumber")
            if numbers and _is_before(given, numbers[-1]):
                self._findings.error(path, "steps run in the order in which they stand; move it")
            else:
                self._findings.warning(path, "is ignored: steps run in the order they stand in")
            numbers.append(given)


def _small(value: object) -> object:
    """An id in small letters; what is none is left, to be told as it was written."""
    return value.lower() if isinstance(value, str) and is_id(value.lower()) else value


def _is_before(number: object, other: object) -> bool:
    return isinstance(number, int) and isinstance(other, int) and number < other

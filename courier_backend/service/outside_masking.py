"""What others tell of the work that they do, without the sensitive values in it.

Our runner masks what leaves it. Others do as they like, so it is done here: as far as values are
known, from the steps and from what is told beside them.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from courier_backend.model.outside_bodies import InstanceEnd, RunEnd, StepUpdate, values_of
from courier_backend.model.sensitive import sensitive_values
from courier_backend.model.variables import sensitive_names, value_text
from courier_backend.model.wire import InstanceItem
from courier_backend.runner.masking.mask import Mask

Open = Callable[[Mapping[str, Any], str], Mapping[str, Any]]
"""Opens the sealed values of the actions of a job; refuses when they do not open."""

End = TypeVar("End", InstanceEnd, RunEnd)


def masked_update(update: StepUpdate, instance: InstanceItem, opened: Open) -> StepUpdate:
    """How a step is, as it may be kept; values that are sensitive by name are left to others."""
    told = {"inputs": values_of(update.inputs), "outputs": values_of(update.outputs)}
    names = sensitive_names(instance["actionSpec"]["steps"])
    known = [each[name] for each in told.values() for name in names & each.keys()]
    mask = _mask(instance, opened, known)
    if mask.is_empty:
        return update
    texts = {"name": mask.text(update.name), "reason": mask.text(update.reason)}
    return update.model_copy(update={**texts, **mask.value(told)})


def masked_end(end: End, instance: InstanceItem, opened: Open) -> End:
    """How a run or an instance ended, as it may be kept."""
    return end.model_copy(update={"reason": _mask(instance, opened).text(end.reason)})


def _mask(instance: InstanceItem, opened: Open, more: Iterable[object] = ()) -> Mask:
    actions = opened(instance["actionSpec"], instance["jobId"])
    known = (value for _, value in sensitive_values(actions))
    return Mask(value_text(value) for value in (*known, *more))

"""From the text of a job file, and what the command line adds to it, to a job. Pure."""

from courier_backend.model.errors import BadInput
from courier_backend.model.job import Job
from courier_backend.model.parse import Parsed, parse_job
from courier_backend.model.problems import problem_sentence
from courier_backend.model.wire import ProblemItem, Submission


def parsed(submission: Submission) -> Parsed:
    """The job that a submission describes, and everything odd or wrong about it."""
    return parse_job(
        submission["body"],
        submission["bodyFormat"],
        submission["fileName"],
        node_ids=submission["nodeIds"],
        inputs=submission["inputs"],
    )


def accepted(submission: Submission) -> tuple[Job, list[ProblemItem]]:
    """The job and its warnings.

    Raises:
        BadInput: the file has errors; the sentence is the first of them, `problems` are all.
    """
    result = parsed(submission)
    if result.job is not None:
        return result.job, result.problems
    first = problem_sentence(result.errors[0], submission["fileName"])
    others = len(result.errors) - 1
    more = f" ({others} more)" if others else ""
    raise BadInput(
        first + more, hint="`courier plan FILE` shows all problems.", problems=result.problems
    )

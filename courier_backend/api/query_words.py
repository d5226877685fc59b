"""A question with a word that its route does not know is refused, so that no typo is obeyed.

``?stauts=failure`` must not answer with everything, nor ``?dryrun=true`` do the real thing.
"""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from courier_backend.api.rehearsals import CHANGING, PARAMETER
from courier_backend.model.errors import BadInput
from courier_backend.model.problems import problem_item
from courier_backend.model.suggest import nearest

_SIGNED = "/evidence/"


async def refuse_unknown(request: Request) -> None:
    """Look at the question's words; a signed link has its own, which its signature checks.

    Raises:
        BadInput: one is not known here.
    """
    given = request.query_params.keys()
    if not given or request.url.path.startswith(_SIGNED):
        return
    route: APIRoute = request.scope["route"]
    known = set(_of(route.dependant))
    if request.method in CHANGING:
        known.add(PARAMETER)
    problems = [
        problem_item("is no parameter of this path", (word,), did_you_mean=nearest(word, known))
        for word in given
        if word not in known
    ]
    if problems:
        first = problems[0]
        near = first["didYouMean"]
        raise BadInput(
            f"{first['path']} is no parameter of this path.",
            hint=f"Did you mean {near}?" if near else f"It has: {', '.join(sorted(known))}.",
            problems=problems,
        )


def _of(dependant: Dependant) -> Iterator[str]:
    """The query parameters of a function, and of all that it depends on."""
    yield from (param.alias for param in dependant.query_params)
    for each in dependant.dependencies:
        yield from _of(each)

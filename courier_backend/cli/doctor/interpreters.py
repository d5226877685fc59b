"""The interpreters that the runner of this machine has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courier_backend.cli.doctor.finding import Finding, ok, warn

if TYPE_CHECKING:
    from courier_backend.model.places import Places


def interpreters(places: Places) -> list[Finding]:
    """Those that are added can be used."""
    from courier_backend.runner.interpreters.folder import (  # noqa: PLC0415  for the doctor alone
        added_folders,
        look_into,
    )
    from courier_backend.runner.interpreters.registry import (  # noqa: PLC0415  as above
        of_the_runner,
        taken_names,
    )

    own = [interpreter.skill["name"] for interpreter in of_the_runner()]
    findings = look_into(added_folders(places.builtin_node, places), taken_names(own))
    names = ", ".join(found.skill["name"] for found in findings.found)
    hint = "Mend it, or move it out of the folder."
    return [
        *(warn("interpreters", trouble, hint) for trouble in findings.troubles),
        ok("interpreters", f"the runner's own {len(own)}, and {names}"),
    ]

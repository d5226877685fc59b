"""How a playbook fared, from the end of what Ansible printed."""

import re
from collections.abc import Iterable
from typing import Final

from courier_backend.model.problems import listed
from courier_backend.runner.interpreters.explaining import helpers_word, with_code

NOTHING_PLAYED: Final = (
    "nothing of the playbook was executed: its plays are for no host of the inventory, "
    "or no task has the tags"
)
_COLOR: Final = re.compile(r"\x1b\[[0-9;]*m")
_RECAP: Final = re.compile(r"^PLAY RECAP \*+\s*$", re.MULTILINE)
_HOST: Final = re.compile(r"^(\S+) +: ok=.* unreachable=(\d+) +failed=(\d+)", re.MULTILINE)
_ERROR: Final = re.compile(r"^(?:\[ERROR\]:|ERROR!|ERROR:) *(.+)", re.MULTILINE)
_HOSTS_TOLD: Final = 5
_CODES: Final = {
    1: "Ansible met an error",
    2: "a task failed",
    4: "a host cannot be reached, or the playbook is no YAML",
    5: "Ansible does not know these options",
    250: "Ansible met an error of its own",
}


def explained(exit_code: int, out: str, err: str) -> str:
    """Why a playbook failed; a playbook that did nothing at all is a failure, too."""
    recap = _recap(_COLOR.sub("", out))
    if exit_code == 0:
        return "" if recap is None or recap else NOTHING_PLAYED
    if said := helpers_word(exit_code, err):
        return said
    return with_code(
        exit_code, _by_host(recap or []) or _by_error(err) or _CODES.get(exit_code, "")
    )


def _recap(out: str) -> list[tuple[str, int, int]] | None:
    """Hosts, whether they could not be reached, and failed; None where there is no recap."""
    begins = [match.end() for match in _RECAP.finditer(out)]
    if not begins:
        return None
    found = _HOST.findall(out[begins[-1] :])
    return [(host, int(unreachable), int(failed)) for host, unreachable, failed in found]


def _by_host(recap: list[tuple[str, int, int]]) -> str:
    failed = [host for host, _, failures in recap if failures]
    unreachable = [host for host, missed, _ in recap if missed]
    told = []
    if failed:
        told.append(f"a task failed on {_some(failed)}")
    if unreachable:
        told.append(f"{_some(unreachable)} cannot be reached")
    return "; ".join(told)


def _by_error(err: str) -> str:
    found = _ERROR.search(_COLOR.sub("", err))
    return found.group(1).strip().rstrip(".") if found else ""


def _some(hosts: Iterable[str]) -> str:
    names = list(hosts)
    more = len(names) - _HOSTS_TOLD
    return listed(names[:_HOSTS_TOLD]) + (f" and {more} more" if more > 0 else "")

"""From the text of a file with nodes to the nodes, or to everything that is wrong with them."""

from __future__ import annotations

import re
from typing import Final

from courier_backend.model.inventory.ansible_ini import read_ini
from courier_backend.model.inventory.ansible_yaml import is_inventory, read_inventory_of_groups
from courier_backend.model.inventory.csv_table import read_csv
from courier_backend.model.inventory.gathering import Inventory
from courier_backend.model.inventory.plain import read_plain
from courier_backend.model.reading.opening import Unopened, opened

FORMATS: Final = ("json", "yaml", "toml", "csv", "ini")
_ANSIBLE_TAG: Final = re.compile(r"(?<=[:-] )!(?:vault|unsafe)\b")
"""What Ansible has decrypt, or not fill in: variables that mean nothing here."""

_ENDINGS: Final = {"yml": "yaml", "cfg": "ini"}
_HEADER: Final = re.compile(
    r"[^\n=:\[{]*\b(?:url|token|tokenFile)\b[^\n=:\[{]*,|url\s*$", re.MULTILINE
)
_INI: Final = re.compile(r"\[[\w.:-]+\]\s*$|\S+\s+\w+=|[\w.-]+\s*$")


def read_inventory(text: str, body_format: str = "", file_name: str = "") -> Inventory:
    """The nodes in a file of any of our formats; nothing is raised.

    `body_format`: one of `FORMATS`; "" to decide by `file_name`, then by looking.
    """
    text = text.removeprefix("\ufeff")
    wanted = body_format or _format_of(text, file_name)
    if wanted == "csv":
        found = read_csv(text)
    elif wanted == "ini":
        found = read_ini(text)
    else:
        found = _structured(_ANSIBLE_TAG.sub(_blank, text), wanted)
    if not found.nodes and not found.problems:
        found.error("the file names no node", "", (1, 1))
    return found


def _blank(found: re.Match[str]) -> str:
    """As long, so that every place stays what it is."""
    return " " * len(found[0])


def _format_of(text: str, file_name: str) -> str:
    ending = file_name.rpartition(".")[2].lower() if "." in file_name else ""
    ending = _ENDINGS.get(ending, ending)
    if ending in FORMATS:
        return ending
    lines = [line.strip() for line in text.splitlines()]
    first = next((line for line in lines if line and line[0] not in "#;"), "")
    if first.startswith(("{", "[{", "- ")) or first in ("[", "---") or first.endswith(":"):
        return "json" if first[0] in "{[" else "yaml"
    if _HEADER.match(first):
        return "csv"
    return "ini" if _INI.match(first) else ""


def _structured(text: str, body_format: str) -> Inventory:
    try:
        document = opened(text, body_format)
    except Unopened as failure:
        return Inventory(problems=[failure.problem])
    value = document.value
    if isinstance(value, list):
        found = read_plain(document, value, ())
    elif isinstance(value, dict) and isinstance(value.get("nodes"), list):
        found = read_plain(document, value["nodes"], ("nodes",))
    elif is_inventory(value):
        found = read_inventory_of_groups(document)
    else:
        found = Inventory()
        message = "is neither a list of nodes nor an Ansible inventory with groups"
        found.error(f"the file {message}", "", (1, 1))
    return found

"""The core is pure: what it reads stands in its arguments."""

import ast
from pathlib import Path

import pytest

import courier_backend

HOUSE = Path(courier_backend.__file__).parent
CORE = ["begin", "canceling", "contact", "decide", "decision", "flow", "happening", "hearing"]
CORE += ["revive", "state", "turn", "watch"]
FILES = [HOUSE / "orchestrator" / f"{name}.py" for name in CORE]
FILES += sorted((HOUSE / "targeting").glob("*.py"))
MAY_IMPORT = {"collections", "dataclasses", "datetime", "heapq", "re", "typing", "courier_backend"}
OURS = ("courier_backend.model.", "courier_backend.targeting.", "courier_backend.orchestrator.")


def imports(tree: ast.AST) -> set[str]:
    """Every module that is imported."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def method_calls(tree: ast.AST) -> set[str]:
    """The names of all methods that are called."""
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {call.attr for call in calls if isinstance(call, ast.Attribute)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_no_clock_no_chance_no_input_no_output(path: Path) -> None:
    tree = ast.parse(path.read_text())
    parts = {each.stem for each in FILES}
    for module in imports(tree):
        assert module.split(".")[0] in MAY_IMPORT
        if module.startswith(OURS[1:]):
            assert module.split(".")[-1] in parts, f"{module} is no part of the core"
        elif module.startswith("courier_backend"):
            assert module.startswith(OURS[0])
    assert not method_calls(tree) & {"now", "utcnow", "today", "system_clock"}

"""The wheel, in an environment that holds what it depends on and nothing else."""

import re
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILD_ALONE = {"hatchling", "editables", "trove-classifiers", "pathspec", "pluggy"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel and the locked dependencies; its Python."""
    venv = tmp_path_factory.mktemp("clean") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    site = next(venv.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    for name in _locked():
        _lend(distribution(name), site)
    return venv / "bin" / "python"


def _locked() -> list[str]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    names = re.findall(r"^([A-Za-z0-9._-]+)==\S+ \\$", text, re.MULTILINE)
    return [name for name in names if name not in BUILD_ALONE]


def _lend(lent: Distribution, site: Path) -> None:
    """Link the top-level files and folders of a package that is installed here."""
    here = Path(sysconfig.get_path("purelib"))
    tops = {
        file.parts[0] for file in lent.files or [] if file.parts[0] not in {"..", "__pycache__"}
    }
    for top in tops:
        if not (site / top).exists():
            (site / top).symlink_to(here / top)


def test_the_wheel_carries_what_is_not_code(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    wanted = [path.name for path in sorted((ROOT / "themes").glob("*.toml"))]
    assert wanted
    assert [name for name in wanted if f"courier_tui/themes/{name}" not in names] == []
    assert any(name.startswith("courier_backend/store/migrations/versions/") for name in names)
    assert any(name.endswith(".tcss") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_shipped_interpreters_stay_executable(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        entry = archive.getinfo("courier_backend/runner/interpreters/shipped/python")
        archive.getinfo("courier_backend/runner/interpreters/shipped/python.toml")
    assert entry.external_attr >> 16 & 0o111


def test_the_wheel_carries_the_product_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "courier_backend",
        "courier_tui",
    }


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["doctor", "--help"]])
def test_the_command_works_where_only_its_dependencies_are(
    installed: Path, words: list[str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [installed, "-I", "-m", "courier_backend", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "courier" in done.stdout.lower()


@pytest.mark.parametrize("name", ["courier_backend", "courier_tui"])
def test_every_module_can_be_imported_there(installed: Path, name: str, tmp_path: Path) -> None:
    program = f"""
import importlib, pkgutil, {name}
for found in pkgutil.walk_packages({name}.__path__, "{name}."):
    if ".migrations" not in found.name and not found.name.endswith("__main__"):
        importlib.import_module(found.name)
"""
    done = subprocess.run(
        [installed, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")

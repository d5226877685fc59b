"""Virtual environments of the peers, made once, made again when their requirements change."""

import subprocess
import sys
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent
_VENVS: Final = _HERE.parent / ".venvs"


def programs_of(peer: str) -> Path:
    """The folder of the programs of a peer; installs it first where that is due."""
    wanted = (_HERE / f"{peer}.txt").read_text(encoding="utf-8")
    folder = _VENVS / peer
    stamp = folder / "installed.txt"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        print(f"Installing {', '.join(wanted.split())} ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "-r", str(_HERE / f"{peer}.txt")], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return folder / "bin"

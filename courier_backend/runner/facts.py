"""What a node tells of itself. Nothing here asks the network or waits for it."""

import os
import platform
import re
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import psutil

from courier_backend.runner.interpreters.programs import PROGRAMS, find_program

_HOSTNAME_FILES: Final = (Path("/etc/hosts"), Path("/etc/resolv.conf"))
_NOWHERE: Final = ("198.51.100.1", 9)
_OS_NAMES: Final = {"Linux": "linux", "Darwin": "darwin", "Windows": "windows"}


def machine_facts() -> dict[str, Any]:
    """The facts of this machine."""
    system = platform.system()
    name, version, family = _distribution()
    memory = psutil.virtual_memory()
    hostname = socket.gethostname()
    return {
        "kernel_name": system,
        "kernel_version": platform.release(),
        "os": _OS_NAMES.get(system, system.lower()),
        "platform": name,
        "platform_version": version,
        "platform_family": family,
        "architecture": platform.machine(),
        "hostname": hostname.split(".")[0],
        "fqdn": _fqdn(hostname),
        "primary_ip": _primary_ip(),
        "cpu_total": psutil.cpu_count() or 1,
        "memory_total_bytes": memory.total,
        "memory_total_mb": memory.total // 2**20,
        "time_zone": _time_zone(),
        "virtualization": _virtualization(),
        "boot_time": int(psutil.boot_time()),
        "python_version": platform.python_version(),
        **_programs(),
    }


def _programs() -> dict[str, str]:
    """Where the programs of interpreters are, as far as they are here."""
    found = {name: find_program(name, os.environ, places) for name, places in PROGRAMS.items()}
    return {f"program_{name.replace('-', '_')}": path for name, path in found.items() if path}


def _distribution() -> tuple[str, str, str]:
    """Name, version and family of the distribution."""
    with suppress(OSError):
        told = platform.freedesktop_os_release()
        name = told.get("ID", "linux")
        return name, told.get("VERSION_ID", ""), told.get("ID_LIKE", name).split(" ")[0]
    if platform.system() == "Darwin":
        return "mac_os_x", platform.mac_ver()[0], "mac_os_x"
    return platform.system().lower(), platform.release(), platform.system().lower()


def _fqdn(hostname: str) -> str:
    """The full name, from files alone: asking a name server may take half a minute."""
    if "." in hostname:
        return hostname
    with suppress(OSError):
        hosts = _HOSTNAME_FILES[0].read_text(errors="replace")
        if found := re.search(rf"^[^#\n]*\s({re.escape(hostname)}\.\S+)", hosts, re.MULTILINE):
            return found[1]
        resolver = _HOSTNAME_FILES[1].read_text(errors="replace")
        if found := re.search(r"^(?:domain|search)\s+([^\s#]+)", resolver, re.MULTILINE):
            return f"{hostname}.{found[1].rstrip('.')}"
    return hostname


def _primary_ip() -> str:
    """The address that would be used to go out; "connecting" a datagram socket sends nothing."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.setblocking(False)
        probe.connect(_NOWHERE)
        return str(probe.getsockname()[0])
    for addresses in psutil.net_if_addrs().values():
        for address in addresses:
            if address.family == socket.AF_INET and not address.address.startswith("127."):
                return address.address
    return "127.0.0.1"


def _time_zone() -> str:
    with suppress(OSError):
        target = str(Path("/etc/localtime").resolve())
        if "zoneinfo/" in target:
            return target.split("zoneinfo/", 1)[1]
    return time.tzname[0]


def _virtualization() -> str:
    with suppress(OSError):
        if "hypervisor" in Path("/proc/cpuinfo").read_text(errors="replace"):
            return "guest"
    return "none"

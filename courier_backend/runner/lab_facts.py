"""Facts of lab nodes: a small company's fleet, always the same for the same seed.

They vary in everything but what chooses a command (`os`, `kernel_name`), which stays true.
"""

import random
from typing import Any, Final

_PLATFORMS: Final = (
    ("ubuntu", "22.04", "debian", "5.15.0-105-generic"),
    ("ubuntu", "24.04", "debian", "6.8.0-31-generic"),
    ("debian", "12", "debian", "6.1.0-21-amd64"),
    ("redhat", "8.10", "rhel", "4.18.0-553.el8"),
    ("redhat", "9.4", "rhel", "5.14.0-427.el9"),
    ("rocky", "9.4", "rhel", "5.14.0-427.el9"),
    ("amazon", "2023", "amazon", "6.1.90-99.173.amzn2023"),
    ("suse", "15.6", "suse", "6.4.0-150600.21-default"),
)
_SITES: Final = (
    ("ams", "Europe/Amsterdam", 10),
    ("fra", "Europe/Berlin", 20),
    ("iad", "America/New_York", 30),
    ("sfo", "America/Los_Angeles", 40),
    ("sin", "Asia/Singapore", 50),
    ("syd", "Australia/Sydney", 60),
)
_ROLES: Final = ("web", "app", "db", "cache", "queue", "build", "edge", "batch")
_STAGES: Final = ("production", "production", "production", "staging", "development")
_CPUS: Final = (2, 4, 8, 16, 32, 64)
_GIB: Final = 2**30
_NET_SIZE: Final = 250


def lab_facts(true: dict[str, Any], seed: int, number: int) -> dict[str, Any]:
    """The facts of lab node `number`, on a machine whose true facts are given."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311  a make-believe fleet, no secret
    name, version, family, kernel = chance.choice(_PLATFORMS)
    site, zone, net = chance.choice(_SITES)
    role, cpus = chance.choice(_ROLES), chance.choice(_CPUS)
    hostname = f"{role}-{site}-{number + 1:04d}"
    memory = cpus * chance.choice((2, 4, 8)) * _GIB
    return {
        **true,
        "kernel_version": kernel,
        "platform": name,
        "platform_version": version,
        "platform_family": family,
        "architecture": chance.choice(("x86_64", "x86_64", "x86_64", "aarch64")),
        "hostname": hostname,
        "fqdn": f"{hostname}.lab.example",
        "primary_ip": f"10.{net}.{number // _NET_SIZE}.{number % _NET_SIZE + 1}",
        "cpu_total": cpus,
        "memory_total_bytes": memory,
        "memory_total_mb": memory // 2**20,
        "time_zone": zone,
        "virtualization": chance.choice(("kvm", "xen", "vmware", "none")),
        "role": role,
        "site": site,
        "stage": chance.choice(_STAGES),
    }


def lab_tags(facts: dict[str, Any]) -> dict[str, str]:
    """The tags that the make-believe operator gave the node."""
    return {name: str(facts[name]) for name in ("role", "site", "stage")}

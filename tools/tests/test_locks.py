import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.create_env import ROOT

PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ]+)(?P<rest>.*)$", re.MULTILINE)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    return {pin["name"]: pin["version"] for pin in PIN.finditer(read(name))}


def requirements(name: str) -> list[Requirement]:
    lines = (line.partition(" #")[0].strip() for line in read(name).splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-r"))]


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_lock_pins_every_requirement_within_its_bounds(name: str) -> None:
    locked = pins(f"{name}.lock")
    for requirement in requirements(f"{name}.txt"):
        assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)])


def test_both_locks_pin_the_archive_alike() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_line_of_a_lock_is_a_pin_a_hash_or_a_reason(name: str) -> None:
    """So it has no URL of a registry, no path of a machine and no package without a hash."""
    pin = r"[a-z0-9-]+==[^ /]+( ; [^/]+)? \\"
    hashed = r"    --hash=sha256:[0-9a-f]{64}( \\)?"
    reason = r"    #[-a-z0-9. ]+"
    line = re.compile(f"{pin}|{hashed}|{reason}")
    assert [text for text in read(name).splitlines() if not line.fullmatch(text)] == []

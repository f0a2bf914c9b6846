"""What an installed course still lacks: packages that pip can add, and a PyTorch that is new enough.

It needs the standard library only, since the first cell of a lesson calls it before anything else is installed.
"""

import re
import subprocess
import sys
from importlib import invalidate_caches, metadata

COURSE = "course-lib"
_PYTORCH = ("torch", "torchvision")


def complete_installation(*, added: bool) -> str:
    """Install the packages that the course lacks, but never PyTorch.

    Only what is missing is installed. A package that is there keeps its version, since upgrading it while a notebook
    runs needs a restart.

    Args:
        added: whether the course itself was installed just before.

    Returns:
        what was installed, and a sentence about PyTorch.

    Raises:
        RuntimeError: pip failed; its words.
    """
    needs = _needs()
    missing = [need for name, need in needs.items() if name not in _PYTORCH and _version(name) is None]
    if missing:
        _pip_install(missing)
    installed = [f"{COURSE} {_version(COURSE)}"] * added + missing
    what = f"Installed {', '.join(installed)}" if installed else "The course is here. Nothing was installed"
    if fault := _pytorch_fault(needs):
        return f"{what}. {fault}"
    return f"{what}. PyTorch is as it was." if installed else f"{what}, PyTorch is as it was."


def _needs() -> dict[str, str]:
    """Name → requirement of each package that the course needs; none if it is on Python's path but not installed."""
    try:
        found = metadata.requires(COURSE) or []
    except metadata.PackageNotFoundError:
        return {}
    return {re.match(r"[\w.-]+", need)[0]: need for need in found if "extra ==" not in need}


def _pip_install(requirements: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", *requirements], capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"pip cannot install {', '.join(requirements)}: {done.stderr.strip()}")
    invalidate_caches()


def _pytorch_fault(needs: dict[str, str]) -> str:
    """One sentence if PyTorch is missing or older than the course supports; otherwise an empty string."""
    for name in filter(needs.get, _PYTORCH):
        lowest, found = needs[name].partition(">=")[2], _version(name)
        if found is None:
            return f"But {name} is missing: install {name} {lowest} or newer, then restart the kernel."
        if _numbers(found) < _numbers(lowest):
            old = f"But {name} {found} is older than the course supports"
            return f"{old}: install {name} {lowest} or newer, then restart the kernel."
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    """Major and minor number: ``"2.10.0+cu126"`` → (2, 10)."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])


def _version(name: str) -> str | None:
    """Version of an installed package, None if it is missing."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None

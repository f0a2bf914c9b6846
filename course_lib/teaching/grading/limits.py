"""Limits of the process that runs a student's code: memory, file size, and no network where the system allows it.

As a program (``python -m course_lib.teaching.grading.limits MEMORY_MB COMMAND …``) it sets the limits and becomes the
command.
"""

import os
import shutil
import subprocess
import sys
from functools import cache

MEMORY_MB = 6000  # private memory of the process; more than any lesson needs
FILE_MB = 500  # greatest size of a file that it writes


def limited(command: list[str], memory_mb: int = MEMORY_MB) -> list[str]:
    """Command line that runs `command` under the limits of this system."""
    return [*_without_network(), sys.executable, "-m", __name__, str(memory_mb), *command]


def limits_in_words(memory_mb: int = MEMORY_MB) -> str:
    """One line: which limits this system enforces on students' code."""
    memory = f"memory {memory_mb} MB" if sys.platform == "linux" else "memory not limited on this system"
    network = "no network" if _without_network() else "network NOT blocked: this system does not allow it"
    return f"{memory}, {network}"


@cache
def _without_network() -> tuple[str, ...]:
    """Prefix of a command line that takes the network away; empty where the system does not allow it."""
    tool = shutil.which("unshare") if sys.platform == "linux" else None
    for options in (("--net",), ("--map-current-user", "--net")) if tool else ():
        done = subprocess.run([tool, *options, "true"], capture_output=True)
        if done.returncode == 0:
            return (tool, *options)
    return ()


def _set_limits(memory_mb: int) -> None:
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return
    wanted = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": FILE_MB * 2**20}
    if sys.platform == "linux":  # elsewhere it does not count the memory of large arrays
        wanted["RLIMIT_DATA"] = memory_mb * 2**20
    for name, value in wanted.items():
        number = getattr(resource, name)
        hard = resource.getrlimit(number)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (value, value))


if __name__ == "__main__":
    _set_limits(int(sys.argv[1]))
    if sys.platform == "win32":
        sys.exit(subprocess.call(sys.argv[2:]))  # where exec returns to the caller at once
    os.execvp(sys.argv[2], sys.argv[2:])

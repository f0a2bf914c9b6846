"""The extra `lab`: its libraries when they are there, and a kernel that is surely this Python."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course_lib.errors import need

KERNEL = "python3"


@contextmanager
def own_kernel() -> Iterator[str]:
    """Make `python3` mean the running interpreter, whatever kernelspecs the machine has or lacks.

    Yields:
        the kernel's name. A kernelspec in the user's folder may point at another Python, and a bare wheel install
        has none: a temporary one goes first on the search path. Its log level silences ipykernel's notes on starting
        and being stopped, its fixed hash seed keeps printed sets in the same order; one thread is enough for small
        nets, and a second one makes them many times slower on a busy machine.
    """
    need("ipykernel", "lab")
    spec = {
        "argv": [
            sys.executable,
            "-m",
            "ipykernel_launcher",
            "--IPKernelApp.log_level=CRITICAL",
            "-f",
            "{connection_file}",
        ],
        "display_name": "Python 3",
        "language": "python",
        "env": {"PYTHONHASHSEED": "0", "PYDEVD_DISABLE_FILE_VALIDATION": "1", "OMP_NUM_THREADS": "1"},
    }
    before = os.environ.get("JUPYTER_PATH")
    with tempfile.TemporaryDirectory(prefix="course-kernel-") as folder:
        target = Path(folder, "kernels", KERNEL)
        target.mkdir(parents=True)
        (target / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
        os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [folder, before]))
        try:
            yield KERNEL
        finally:
            if before is None:
                os.environ.pop("JUPYTER_PATH", None)
            else:
                os.environ["JUPYTER_PATH"] = before

"""JupyterLab on the student copies, and a kernel that runs the current Python (extra `lab`)."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from course_lib import paths
from course_lib.errors import need

KERNEL = "python3"


@contextmanager
def own_kernel() -> Iterator[str]:
    """Make the kernel `python3` the running interpreter, whatever kernelspecs the machine has.

    Yields:
        the kernel's name. A kernelspec in the user's folder may point at another Python, and a plain wheel install has
        none, so a temporary one is put first on the search path. Its log level silences ipykernel's messages on start
        and stop; its fixed hash seed keeps the order of printed sets. It uses one thread: that is enough for small
        networks, and a second thread makes them many times slower on a busy machine.
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


def student_folder() -> Path:
    """Folder of the notebooks that a student may change.

    In a checkout this is ``notebooks``. An installed course copies student copies and executed solutions into the
    user's folder if they are not there yet, and never overwrites a file there.
    """
    shipped = paths.shipped_dir("notebooks")
    if paths.in_checkout():
        return shipped
    own = paths.user_dir() / "notebooks"
    for given in (*shipped.glob("*.ipynb"), *shipped.glob("solutions/*.ipynb")):
        target = own / given.relative_to(shipped)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(given, target)
    return own


def open_lab(folder: Path, options: Sequence[str] = ()) -> None:
    """Run JupyterLab on a folder until it is stopped; `options` are JupyterLab's, e.g. ``--no-browser``.

    Raises:
        MissingExtraError: the extra `lab` is missing.
    """
    lab = need("jupyterlab.labapp", "lab")
    with own_kernel():
        lab.main([str(folder), *options])

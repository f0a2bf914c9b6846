"""JupyterLab on the student copies, and a kernel that runs the current Python (extra `lab`)."""

import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from course_lib import paths
from course_lib.errors import need
from course_lib.interruption import Interrupted
from course_lib.teaching.progress import SWITCH

KERNEL = "python3"


@contextmanager
def own_kernel(*, record: bool = False) -> Iterator[str]:
    """Make the kernel name `python3` start the running interpreter while the block runs.

    A kernelspec in the user's folder may start another Python, and an installation from a wheel has no kernelspec. So
    a temporary kernelspec goes first on Jupyter's search path. Its log level silences ipykernel's messages about
    starting and stopping. Its fixed hash seed keeps printed sets in the same order. It uses one thread, which is enough
    for small nets; on a busy machine a second thread makes them many times slower.

    Args:
        record: whether notebooks record the progress of the student who works in them.

    Yields:
        the kernel's name.
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
        "env": {"PYTHONHASHSEED": "0", "PYDEVD_DISABLE_FILE_VALIDATION": "1", "OMP_NUM_THREADS": "1"}
        | ({} if record else {SWITCH: "off"}),
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
    """Return the folder whose notebooks a student may change, after copying new lessons into it.

    In a checkout this is its ``notebooks``. The files of an installed course are not for editing: student copies and
    executed solutions are copied to the user's folder, and no file that exists there is overwritten.
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
    """Run JupyterLab on a folder until it is stopped; its kernels end with it.

    On a terminal JupyterLab asks after Ctrl-C whether to stop; a second Ctrl-C is a yes.

    Args:
        options: command-line options of JupyterLab, e.g. ``--no-browser``.

    Raises:
        Interrupted: SIGTERM or Ctrl-C stopped it.
        MissingExtraError: the extra `lab` is missing.
    """
    labapp, serverapp = need("jupyterlab.labapp", "lab"), need("jupyter_server.serverapp", "lab")

    class ServerApp(serverapp.ServerApp):  # the names stay, configuration files use them
        stopped_by = None

        def init_signal(self) -> None:
            super().init_signal()
            if not (sys.stdin and sys.stdin.isatty()):  # nobody there to ask
                signal.signal(signal.SIGINT, self._signal_stop)

        def _signal_stop(self, number, frame) -> None:
            ServerApp.stopped_by = number
            super()._signal_stop(number, frame)

        def stop(self, from_signal: bool = False) -> None:
            if from_signal and ServerApp.stopped_by is None:  # the question after Ctrl-C was answered with yes
                ServerApp.stopped_by = signal.SIGINT
            super().stop(from_signal)

    class LabApp(labapp.LabApp):
        serverapp_class = ServerApp

        @classmethod
        def get_extension_package(cls) -> str:
            return labapp.LabApp.get_extension_package()  # not of the module that holds this class

    with own_kernel(record=True):
        LabApp.launch_instance([str(folder), *options])
    if ServerApp.stopped_by is not None:
        raise Interrupted(ServerApp.stopped_by)

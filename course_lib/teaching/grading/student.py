"""The process of one student: a fresh kernel under limits, which runs cells and answers calls of the grader."""

import base64
import math
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from course_lib.errors import need
from course_lib.teaching.grading.answers import Reply, Request, UnreadableError, read_value
from course_lib.teaching.grading.limits import MEMORY_MB, limited

ANSWER = "application/x-course-answer"
OUTPUT_MB = 5  # of all cells together; the rest is dropped
_OUTPUTS = ("stream", "display_data", "execute_result")
_SILENT_S = 5  # that a cell may go on after an interrupt
_LATE = {"ename": "Stopped", "evalue": "the cell ran too long", "traceback": []}
_CALL = "import course_lib.teaching.grading.student as _s; _s.answer({name!r}, {request!r}, globals())"


class Limits(NamedTuple):
    """What a student's code may use."""

    cell_s: float = 120.0  # one cell, or the calls of one exercise's tests
    lost_s: float = 150.0  # all cells that had to be stopped, together
    memory_mb: int = MEMORY_MB


class StoppedError(Exception):
    """The student's code was stopped, or ended its process; the message says why."""


class StudentKernel:
    """A kernel for one submission; use it in a `with` block."""

    def __init__(self, folder: Path, limits: Limits):
        self.ended = ""  # why there is no kernel any more
        self._limits, self._lost_s = limits, 0.0
        self._folder = folder
        self._left_s = limits.cell_s

    def __enter__(self) -> "StudentKernel":
        client_class, manager_class = _client_class(), need("jupyter_client.manager", "lab").AsyncKernelManager
        nbformat = need("nbformat.v4", "lab")
        options = {"transport": "ipc", "ip": str(self._folder / "socket")} if sys.platform != "win32" else {}
        self._new_cell = nbformat.new_code_cell
        manager = manager_class(kernel_name="python3", **options)
        manager.kernel_spec.argv[:] = limited(list(manager.kernel_spec.argv), self._limits.memory_mb)
        notebook = nbformat.new_notebook(cells=[self._new_cell()])
        stop = {"interrupt_on_timeout": True, "error_on_timeout": _LATE, "raise_on_iopub_timeout": True}
        self._client = client_class(notebook, km=manager, allow_errors=True, iopub_timeout=_SILENT_S, **stop)
        self._client.on_cell_executed = self._note
        work = self._folder / "work"
        work.mkdir(exist_ok=True)
        self._block = self._client.setup_kernel(cwd=str(work), cleanup_kc=True)
        self._block.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(Exception):  # the kernel may be gone
            self._block.__exit__(None, None, None)

    def run(self, cell) -> None:
        """Run a cell; its outputs are in the cell, errors too.

        Raises:
            StoppedError: the cell ran too long, or the process is gone.
        """
        self._execute(cell, self._limits.cell_s)

    @contextmanager
    def calls(self) -> Iterator[None]:
        """A block whose calls together may take as long as a cell."""
        self._left_s = self._limits.cell_s
        yield

    def value(self, name: str) -> Reply:
        """Value of a name; of a function only that it is one.

        Raises:
            StoppedError: the process is gone. UnreadableError: an object that is not read.
        """
        return read_value(self._ask(name, None))

    def call(self, name: str, args: tuple, kwargs: dict) -> Reply:
        """Call a function of the student's.

        Raises:
            StoppedError: the call took too long, or the process is gone. UnreadableError: an object that is not read.
        """
        request = Request(args, kwargs)
        return request.read(self._ask(name, request.data))

    def _ask(self, name: str, data: bytes | None) -> bytes:
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".request", delete=False) as file:
            file.write(data or b"")
        try:
            cell = self._new_cell(_CALL.format(name=name, request=data and file.name))
            started = time.monotonic()
            self._execute(cell, max(self._left_s, 0.1))
            self._left_s -= time.monotonic() - started
        finally:
            Path(file.name).unlink(missing_ok=True)
        for output in cell["outputs"]:
            if ANSWER in output.get("data", {}):
                with suppress(ValueError, TypeError):
                    return base64.b64decode(output["data"][ANSWER])
        raise UnreadableError("it did not come back")

    def _execute(self, cell, limit_s: float) -> None:
        from nbclient.exceptions import CellTimeoutError, DeadKernelError

        if self.ended:
            raise StoppedError(f"not run, since an earlier cell ended the process: {self.ended}")
        limit_s = max(min(limit_s, self._limits.lost_s - self._lost_s), 1.0)
        self._client.timeout = math.ceil(limit_s)
        self._client.nb["cells"][:] = [cell]
        self._late = False
        try:
            self._client.execute_cell(cell, 0)
        except CellTimeoutError:
            self._end("a cell did not end")
        except (DeadKernelError, RuntimeError):
            self.ended = "it ended its own process, by exit or by too much memory"
            raise StoppedError(self.ended) from None
        if self._late or self.ended:
            self._lost_s += limit_s
            if self._lost_s >= self._limits.lost_s:
                self._end("too much time was lost in cells that had to be stopped")
            raise StoppedError(f"it was stopped after {limit_s:.0f} seconds: is there a loop without an end?") from None

    def _note(self, cell, cell_index, execute_reply) -> None:
        self._late = execute_reply["content"].get("ename") == _LATE["ename"]

    def _end(self, why: str) -> None:
        self.ended = self.ended or why
        need("jupyter_core.utils", "lab").run_sync(self._client.km.shutdown_kernel)(now=True)


def _client_class() -> type:
    """nbclient's class, which drops outputs after `OUTPUT_MB`."""

    class Client(need("nbclient", "lab").NotebookClient):
        left = OUTPUT_MB * 2**20

        def process_message(self, message, cell, cell_index):
            content = message["content"]
            if message["msg_type"] in _OUTPUTS and ANSWER not in content.get("data", {}):
                self.left -= len(str(content))
                if self.left < 0:
                    return None
            return super().process_message(message, cell, cell_index)

    return Client


def answer(name: str, request: str | None, scope: dict) -> None:
    """In the student's process: send the value of a name, or the reply to a request in a file."""
    from IPython.display import publish_display_data

    from course_lib.teaching.grading.answers import reply_to, reply_value

    data = reply_value(name, scope) if request is None else reply_to(Path(request).read_bytes(), name, scope)
    publish_display_data({ANSWER: base64.b64encode(data).decode()})
